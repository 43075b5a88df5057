/** Numbers that are asked of the engine: a tensor's elements a page at a time, and those behind a gradient check. */
import type { CheckCurve, CheckDetails, CheckedRow, Elements } from "../engine/report/questions";
import { ask } from "./bridge";

/** Elements `start` to `start + count` in row-major order, fewer at the end. Rejects with the reason. */
export function requestValues(
  node: number,
  of: "value" | "grad",
  start: number,
  count: number,
): Promise<Elements> {
  return ask("values", { node, of, start, count });
}

/** Elements in an answer of the engine. */
const page = 65_536;
/** More is no picture that a person could read. */
const most = 16 * page;

/** Both gradients of all elements of a checked row, the first million of more. Rejects with the reason. */
export async function requestDetails(row: CheckedRow, elements: number): Promise<CheckDetails> {
  const size = Math.min(elements, most);
  const analytic = new Float64Array(size);
  const numeric = new Float64Array(size).fill(Number.NaN);
  let shape: readonly number[] = [size];
  for (let start = 0; start < size; start += page) {
    const part = await ask("checkDetails", { ...row, start, count: Math.min(page, size - start) });
    analytic.set(part.analytic.subarray(0, size - start), start);
    numeric.set(part.numeric.subarray(0, size - start), start);
    shape = part.shape;
  }
  return { analytic, numeric, shape };
}

/** The differences of one element, by its flat index, over their step. */
export function requestCurve(row: CheckedRow, index: number, signal: AbortSignal): Promise<CheckCurve> {
  return ask("checkCurve", { ...row, index }, signal);
}
