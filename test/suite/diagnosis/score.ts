/** Which faults were found, where, and in how many findings; and which healthy models were accused. */
import type { Finding } from "../../../engine/report/report";
import type { Diagnosed } from "./diagnose-model";

/** What Gradlens must reach: shares of the faults, findings a healthy model. */
const bars = { recall: 0.95, falseAlarms: 0.02, line: 0.95, single: 0.9 };

export interface Tally {
  readonly faults: number;
  readonly healthy: number;
  readonly found: number;
  /** Of those found: the first finding stands on the culprit's line. */
  readonly inLine: number;
  /** Of those found: there is no other finding. */
  readonly single: number;
  readonly falseAlarms: number;
  /** Runs that ended early. */
  readonly failed: number;
}

type State = "ok" | "missed" | "wrong line" | "several" | "false alarm" | "failed";

export function lineOf({ site }: Finding, { model }: Diagnosed): number | null {
  return site?.file === model.file ? site.line : null;
}

function isFaulty({ model }: Diagnosed): boolean {
  return model.rules.length > 0;
}

function isFound({ model, findings }: Diagnosed): boolean {
  return findings.some(({ rule }) => model.rules.includes(rule));
}

function isInLine(each: Diagnosed): boolean {
  const [first] = each.findings;
  return first !== undefined && each.model.lines.includes(lineOf(first, each) ?? 0);
}

/** What there is to say about a model, the worst first. */
export function stateOf(each: Diagnosed): State {
  if (each.failure !== null) return "failed";
  if (!isFaulty(each)) return each.findings.length > 0 ? "false alarm" : "ok";
  if (!isFound(each)) return "missed";
  if (!isInLine(each)) return "wrong line";
  return each.findings.length > 1 ? "several" : "ok";
}

export function tally(all: readonly Diagnosed[]): Tally {
  const faults = all.filter(isFaulty);
  const healthy = all.filter((each) => !isFaulty(each));
  const found = faults.filter(isFound);
  return {
    faults: faults.length,
    healthy: healthy.length,
    found: found.length,
    inLine: found.filter(isInLine).length,
    single: found.filter(({ findings }) => findings.length === 1).length,
    falseAlarms: healthy.reduce((sum, { findings }) => sum + findings.length, 0),
    failed: all.filter(({ failure }) => failure !== null).length,
  };
}

/** The bars that are not reached, each in words; `slack` lowers them all. */
export function missedBars(of: Tally, slack = 0): string[] {
  const atLeast = (name: string, part: number, whole: number, bar: number) =>
    part >= (bar - slack) * whole ? [] : [`${name}: ${part} of ${whole} is less than ${bar}`];
  return [
    ...atLeast("found", of.found, of.faults, bars.recall),
    ...atLeast("in the right line", of.inLine, of.found, bars.line),
    ...atLeast("with one finding", of.single, of.found, bars.single),
    ...(of.falseAlarms <= (bars.falseAlarms + slack) * of.healthy
      ? []
      : [`false alarms: ${of.falseAlarms} in ${of.healthy} are more than ${bars.falseAlarms} each`]),
    ...(of.failed === 0 ? [] : [`failed: ${of.failed}`]),
  ];
}

/** The tally of each rule, by the rule that a model counts for. */
export function tallyByRule(all: readonly Diagnosed[]): Map<string, Tally> {
  const rules = [...new Set(all.flatMap(({ model }) => model.rules.slice(0, 1)))].toSorted();
  return new Map(rules.map((rule) => [rule, tally(all.filter(({ model }) => model.rules[0] === rule))]));
}
