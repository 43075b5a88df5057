/** Tries fixes before they are offered: runs the changed text in an engine of its own and looks at what became of the finding. */
import { isFailed, type TraceParams, type TraceResult } from "../report/questions";
import type { Edit, Finding, Fix, FixTrial, Report, RuleMeasure, TriedGradient } from "../report/report";
import { applyEdits } from "../source/apply-edits";
import { triedGradients, type Weights, weightsIn } from "./tried-gradients";

/** What can run a model: an engine that is not needed for anything else meanwhile. */
export interface Runs {
  trace(params: TraceParams, asking?: { readonly signal?: AbortSignal }): Promise<TraceResult>;
}

export interface TrialSubject {
  /** How the run was made that found something. */
  readonly params: TraceParams;
  readonly report: Pick<Report, "findings" | "measures" | "parameters" | "scopes">;
  /** The text of a file as it ran. */
  readText(file: string): string;
}

/** Added to the seeds of the model: what holds for one draw of the weights only is no cure. */
const SHIFTS = [0, 1, 2];

interface Outcome extends Pick<Report, "findings" | "measures" | "failure"> {
  readonly weights: Weights | null;
}

/** What was tried, by rule and changed texts. */
export type KnownTrials = Map<string, FixTrial>;

/** Tries the fixes of one run. */
export class Trials {
  readonly #before = new Map<number, Promise<Outcome>>();

  constructor(
    private readonly runs: Runs,
    private readonly subject: TrialSubject,
    /** What was tried before, with any run, is not tried again. */
    private readonly known: KnownTrials = new Map(),
    private readonly signal?: AbortSignal,
  ) {}

  /** Null for advice, which has no edits. */
  async try(finding: Finding, { edits = [] }: Fix): Promise<FixTrial | null> {
    if (edits.length === 0) return null;
    const { dtype, device } = this.subject.params;
    const key = JSON.stringify([finding.rule, dtype, device, this.#changed(edits)]);
    const known = this.known.get(key) ?? (await this.#try(finding, edits));
    if (!this.signal?.aborted) this.known.set(key, known);
    return known;
  }

  async #try({ rule }: Finding, edits: readonly Edit[]): Promise<FixTrial> {
    const after: Outcome[] = [];
    for (const shift of SHIFTS) {
      const outcome = await this.#run(rule, shift, edits);
      after.push(outcome);
      const { failure } = outcome;
      if (failure) return { ...this.#judged(rule, after), failure: failure.message };
      const added = await this.#added(rule, shift, outcome);
      const isGone = !outcome.findings.some((each) => each.rule === rule);
      if (!isGone || added.length > 0) {
        const gradients = compared([await this.#beforeWith(rule, 0)], after);
        return { ...this.#judged(rule, after), added, gradients };
      }
    }
    const before: Outcome[] = [];
    for (const shift of SHIFTS) before.push(await this.#beforeWith(rule, shift));
    const gradients = compared(before, after);
    const cured = !gradients.some(({ isStarved }) => isStarved);
    return { ...this.#judged(rule, after), cured, removed: removed(rule, before, after), gradients };
  }

  /** As of one that does not cure. */
  #judged(rule: string, after: readonly Outcome[]): FixTrial {
    const before = measureIn(this.subject.report.measures, rule);
    const values = after.flatMap(({ measures }) => measureIn(measures, rule)?.value ?? []);
    const effect =
      before && values.length > 0
        ? { label: before.label, before: before.value, after: median(values) }
        : null;
    const nothing = { added: [], removed: [], gradients: [], failure: null };
    return { cured: false, seeds: after.length, effect, ...nothing };
  }

  /** Rules that find something now and did not before, with the same seeds. */
  async #added(rule: string, shift: number, { findings }: Outcome): Promise<string[]> {
    const others = new Set(findings.map((each) => each.rule));
    others.delete(rule);
    if (others.size === 0) return [];
    const before = await this.#beforeWith(rule, shift);
    return [...others].filter((id) => !before.findings.some((each) => each.rule === id));
  }

  #beforeWith(rule: string, shift: number): Promise<Outcome> {
    const known =
      this.#before.get(shift) ?? (shift === 0 ? Promise.resolve(this.#first()) : this.#run(rule, shift, []));
    this.#before.set(shift, known);
    return known;
  }

  #first(): Outcome {
    const { report, params } = this.subject;
    const isAsked = params.diagnosis?.precision !== undefined;
    const findings = report.findings.filter(({ evidence }) => !isAsked || evidence.precision === undefined);
    return { ...report, findings, failure: null, weights: weightsIn(report) };
  }

  async #run(rule: string, seedShift: number, edits: readonly Edit[]): Promise<Outcome> {
    // What a number format would lose is no part of what a fix is to cure; in the first run it is not looked at.
    const { precision: _, ...diagnosis } = this.subject.params.diagnosis ?? {};
    const params = { ...this.subject.params, diagnosis };
    const overlays = { ...params.overlays, ...this.#changed(edits) };
    const asking = this.signal ? { signal: this.signal } : {};
    const result = await this.runs.trace({ ...params, overlays, seedShift, measures: [rule] }, asking);
    if (isFailed(result)) return { findings: [], measures: [], failure: result.failure, weights: null };
    const { findings, measures, failure } = result.report;
    return { findings, measures, failure, weights: failure ? null : weightsIn(result.report) };
  }

  /** The changed texts, by file. */
  #changed(edits: readonly Edit[]): Readonly<Record<string, string>> {
    const { params, readText } = this.subject;
    const files = [...new Set(edits.map(({ site }) => site.file))];
    return Object.fromEntries(
      files.map((file) => [file, applyEdits(params.overlays[file] ?? readText(file), file, edits)]),
    );
  }
}

/** Gradients by seed, as far as both runs came to their end. */
function compared(before: readonly Outcome[], after: readonly Outcome[]): readonly TriedGradient[] {
  const pairs = before.flatMap(({ weights }, seed) => {
    const now = after[seed]?.weights;
    return weights && now ? [[weights, now] as const] : [];
  });
  return triedGradients(pairs);
}

/** Rules that found something in the first run, and nothing more with any seed. */
function removed(rule: string, [first]: readonly Outcome[], after: readonly Outcome[]): string[] {
  const found = new Set(first?.findings.map((each) => each.rule));
  found.delete(rule);
  for (const { findings } of after) for (const each of findings) found.delete(each.rule);
  return [...found];
}

function measureIn(measures: readonly RuleMeasure[], rule: string): RuleMeasure | undefined {
  return measures.find((each) => each.rule === rule);
}

function median(values: readonly number[]): number {
  const inOrder = values.toSorted((a, b) => a - b);
  return inOrder[inOrder.length >> 1] ?? Number.NaN;
}
