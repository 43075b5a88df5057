/** Tries fixes before they are offered: runs the changed text in an engine of its own and looks at what became of the finding. */
import { isFailed, type TraceParams, type TraceResult } from "../report/questions";
import type { Edit, Finding, Fix, FixTrial, Report, RuleMeasure } from "../report/report";
import { applyEdits } from "../source/apply-edits";

/** What can run a model: an engine that is not needed for anything else meanwhile. */
export interface Runs {
  trace(params: TraceParams, asking?: { readonly signal?: AbortSignal }): Promise<TraceResult>;
}

export interface TrialSubject {
  /** How the run was made that found something. */
  readonly params: TraceParams;
  readonly report: Pick<Report, "findings" | "measures">;
  /** The text of a file as it ran. */
  readText(file: string): string;
}

/** Added to the seeds of the model: what holds for one draw of the weights only is no cure. */
const SHIFTS = [0, 1, 2];

type Outcome = Pick<Report, "findings" | "measures" | "failure">;

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
      if (failure) return { ...this.#judged(rule, after, []), cured: false, failure: failure.message };
      const added = await this.#added(rule, shift, outcome);
      const isGone = !outcome.findings.some((each) => each.rule === rule);
      if (!isGone || added.length > 0) return { ...this.#judged(rule, after, added), cured: false };
    }
    return { ...this.#judged(rule, after, []), cured: true };
  }

  #judged(rule: string, after: readonly Outcome[], added: readonly string[]): Omit<FixTrial, "cured"> {
    const before = measureIn(this.subject.report.measures, rule);
    const values = after.flatMap(({ measures }) => measureIn(measures, rule)?.value ?? []);
    const effect =
      before && values.length > 0
        ? { label: before.label, before: before.value, after: median(values) }
        : null;
    return { seeds: after.length, effect, added, failure: null };
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
      this.#before.get(shift) ??
      (shift === 0 ? Promise.resolve({ ...this.subject.report, failure: null }) : this.#run(rule, shift, []));
    this.#before.set(shift, known);
    return known;
  }

  async #run(rule: string, seedShift: number, edits: readonly Edit[]): Promise<Outcome> {
    const { params } = this.subject;
    const overlays = { ...params.overlays, ...this.#changed(edits) };
    const asking = this.signal ? { signal: this.signal } : {};
    const result = await this.runs.trace({ ...params, overlays, seedShift, measures: [rule] }, asking);
    if (isFailed(result)) return { findings: [], measures: [], failure: result.failure };
    const { findings, measures, failure } = result.report;
    return { findings, measures, failure };
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

function measureIn(measures: readonly RuleMeasure[], rule: string): RuleMeasure | undefined {
  return measures.find((each) => each.rule === rule);
}

function median(values: readonly number[]): number {
  const inOrder = values.toSorted((a, b) => a - b);
  return inOrder[inOrder.length >> 1] ?? Number.NaN;
}
