/** What a preset is: the rules of a tool by its own thresholds, over a trace of Gradlens. */
import { showNumber } from "../../core/number-text";
import type { Site } from "../../report/report";
import type { DiagnosisRule, Trouble } from "../rule";
import { said } from "../said";

export interface Preset {
  /** How people call the tool. */
  readonly title: string;
  /** Where its rules and thresholds stand. */
  readonly source: string;
  /** What the tool looks at besides, for which one trace is not enough. */
  readonly beyond: readonly string[];
  readonly rules: readonly DiagnosisRule[];
}

/** A tensor or a layer of which a tool speaks, with the number that it judges by. */
export interface Offender {
  readonly name: string;
  readonly site: Site | null;
  readonly node: number;
  readonly value: number;
}

/**
 * What a tool says of a run: one finding a rule, at the first of the culprits, the others beside it.
 * @param what what was measured, and how it fails: "the mean absolute gradient is below 1e-7"
 */
export function alarm(
  culprits: readonly Offender[],
  what: string,
  limit: number,
  explanation = "",
): Trouble[] {
  const [first, ...others] = culprits;
  if (first === undefined) return [];
  const number = (value: number) => showNumber(value, 3);
  const more = others.length === 0 ? "" : `, and of ${others.length} more`;
  return [
    {
      ...said(`${what}: ${number(first.value)} of ${first.name}${more}.`, explanation),
      site: first.site,
      node: first.node,
      evidence: { culprit: first.name, value: first.value, limit, culprits: culprits.length },
      related: others
        .slice(0, 8)
        .flatMap(({ site, name, value }) =>
          site === null ? [] : [{ site, message: `${name}: ${number(value)}` }],
        ),
    },
  ];
}

/** The rules of a tool are named after it: "torchlens/vanishing-gradient". */
export function presetOf(name: string, { rules, ...facts }: Preset): Preset {
  return { ...facts, rules: rules.map((rule) => ({ ...rule, id: `${name}/${rule.id}` })) };
}
