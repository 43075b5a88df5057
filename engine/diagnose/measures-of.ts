/** The numbers that the fixes of rules are to change: the same before a fix and after it. */
import type { RuleMeasure } from "../report/report";
import { rules } from "./index";
import type { Traced } from "./traced";

/** @param ids rules whose measures are wanted; those that do not apply are left out */
export function measuresOf(traced: Traced, ids: readonly string[]): RuleMeasure[] {
  return rules.flatMap((rule) => {
    const measure = ids.includes(rule.id) ? rule.measure(traced) : null;
    return measure === null ? [] : [{ rule: rule.id, ...measure }];
  });
}
