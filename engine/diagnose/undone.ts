/** Counterfactual runs: what is still found when a cause is undone. */
import { limitsWith } from "./own-limits";
import type { GoneWithout, Stated } from "./settle";
import type { Traced } from "./traced";

/**
 * Looks only when it is asked, and at each cause once. A run that is repeated as it was is looked at first: what is not found
 * in it, such as what several backward passes added up, cannot be gone.
 */
export function goneWithout(
  traced: Traced,
  stated: readonly Stated[],
  limits: Parameters<typeof limitsWith>[1],
): GoneWithout {
  const { experiments } = traced;
  const known = new Map<Stated, ReadonlySet<string> | null>();
  let repeated: ReadonlySet<string> | null | undefined;
  /** The rules that find something; null when there was no time to look. */
  const foundIn = (supposed: Omit<Traced, "precision"> | null): ReadonlySet<string> | null => {
    if (supposed === null) return null;
    const run = Object.assign(supposed, { precision: traced.precision });
    const rules = new Map(stated.map(({ rule }) => [rule.id, rule]));
    const found = [...rules.values()].filter((rule) => rule.find(run, limitsWith(rule, limits)).length > 0);
    return experiments?.isUsedUp() ? null : new Set(found.map(({ id }) => id));
  };
  const tried = ({ rule, found }: Stated): ReadonlySet<string> | null => {
    const values = found.undo?.() ?? null;
    if (experiments === null || values === null) return null;
    if (repeated === undefined) repeated = foundIn(experiments.suppose(new Map()));
    const without = repeated && foundIn(experiments.suppose(values));
    // What is still found was not undone.
    if (!without || !repeated?.has(rule.id) || without.has(rule.id)) return null;
    return new Set([...repeated].filter((id) => !without.has(id)));
  };
  return (cause) => {
    const before = known.get(cause);
    if (before !== undefined) return before;
    const gone = tried(cause);
    known.set(cause, gone);
    return gone;
  };
}
