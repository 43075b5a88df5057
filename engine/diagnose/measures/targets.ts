/** What targets are like. */
import type { ReportNode } from "../../report/report";
import type { Traced } from "../traced";

/** Elements that are looked at, spread over all. */
const MAX_LOOKED_AT = 20_000;

/** True when all elements are 0 or 1, and both occur. */
export function isBinary(traced: Traced, { id, value }: ReportNode): boolean {
  if (value.min !== 0 || value.max !== 1 || value.nonFinite > 0) return false;
  return someOf(traced, id).every((v) => v === 0 || v === 1);
}

/** Elements of a value, all where there are not too many. */
export function someOf(traced: Traced, node: number): number[] {
  const values = traced.values(node, "value") ?? [];
  const step = Math.max(1, Math.ceil(values.length / MAX_LOOKED_AT));
  const found: number[] = [];
  for (let i = 0; i < values.length; i += step) found.push(values[i] ?? 0);
  return found;
}
