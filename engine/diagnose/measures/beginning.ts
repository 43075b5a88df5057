/** Whether a run shows a network before it was trained. */
import { at, rowAt } from "../../report/trace";
import { lazily } from "../lazily";
import type { Traced } from "../traced";

/** True when no optimiser made a step and no saved weights were read. */
export const isUntrained = lazily((traced) => {
  const { optimizers, writes } = traced.trace.tables;
  for (let row = 0; row < optimizers.steps.length; row++) if (at(optimizers.steps, row) > 0) return false;
  for (let row = 0; row < writes.how.length; row++) {
    const how = traced.trace.texts[at(writes.how, row)];
    if (how === "loadStateDict" || how === "vectorToParameters") return false;
    if (how === "set" && !isByHand(traced, at(writes.node, row))) return false;
  }
  return true;
});

/** Whether a parameter holds one or two different numbers only, as nothing does that was learned. */
function isByHand(traced: Traced, node: number): boolean {
  const values = traced.values(node, "value");
  return values !== null && values.length > 2 && new Set(Array.from(values).slice(0, 1e5)).size <= 2;
}

/** The row of sites of what wrote into a leaf last; null where nothing did. */
export const writersOf = lazily(({ trace }): ReadonlyMap<number, number> => {
  const { node, site } = trace.tables.writes;
  const found = new Map<number, number>();
  for (let row = 0; row < node.length; row++) {
    const place = rowAt(site, row);
    if (place !== null) found.set(at(node, row), place);
  }
  return found;
});

/** True when several backward passes ran for one step: their gradients add up, so each loss is divided by their number. */
export const accumulatesGradients = lazily(({ trace }) => {
  const { acts } = trace.tables;
  let passes = 0;
  for (let row = 0; row < acts.kind.length; row++) {
    const kind = trace.texts[at(acts.kind, row)];
    if (kind === "backward") passes++;
    if (kind === "step" || kind === "zeroGrad") passes = 0;
    if (passes > 1) return true;
  }
  return false;
});
