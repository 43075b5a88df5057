/** Options that say how to diagnose: whose rules, their limits, and rules that are off. */
import { presetNames } from "../report/preset-names";
import type { DiagnosisSettings } from "../report/questions";
import { notNegative, oneOfNames, UsageError } from "./argument-values";

interface DiagnosisOptions {
  readonly preset?: string | undefined;
  readonly limit?: readonly string[] | undefined;
  readonly "no-rule"?: readonly string[] | undefined;
}

/** @param isAlone then there is no other kind of limit. @throws UsageError */
export function readDiagnosis(values: DiagnosisOptions, isAlone: boolean): DiagnosisSettings {
  const { preset, limit = [], "no-rule": off = [] } = values;
  const size = isAlone ? sizeLimit(limit) : undefined;
  if (size !== undefined)
    throw new UsageError(`--limit is "${size}"; expected a rule, its limit and a number: RULE.LIMIT=NUMBER`);
  const limits = limit.filter(isOfRule).map((each): [string, number] => {
    const [name = "", number = ""] = each.split("=");
    if (!/^[^.]+\.[^.]+$/.test(name))
      throw new UsageError(`--limit is "${each}"; expected a rule and its limit, RULE.LIMIT=NUMBER`);
    return [name, notNegative("limit", number)];
  });
  return {
    preset: oneOfNames("preset", preset, presetNames),
    limits: Object.fromEntries([...limits, ...off.map((id) => [id, false] as const)]),
  };
}

function isOfRule(limit: string): boolean {
  return limit.includes("=");
}

/** Elements of a parameter: what `--limit` is to a gradient check; the last one counts. */
export function sizeLimit(limits: readonly string[] = []): string | undefined {
  return limits.findLast((each) => !isOfRule(each));
}
