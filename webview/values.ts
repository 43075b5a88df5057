/** Numbers that are asked of the extension: a tensor's elements a page at a time, and those behind a gradient check. */
import { listen, post } from "./bridge";
import type { CheckCurve, CheckDetails, CheckedRow } from "./check-numbers";
import type { FromPanel, ToPanel } from "./protocol";

export interface Page {
  readonly values: Float64Array;
  readonly shape: readonly number[];
}

type Answer = Extract<ToPanel, { readonly request: number }>;

interface Waiting {
  resolve(answer: Answer): void;
  reject(error: Error): void;
}

const waiting = new Map<number, Waiting>();
let last = 0;

/** Must be called once before the first request. */
export function listenForValues() {
  listen((message) => {
    if (!("request" in message)) return;
    const request = waiting.get(message.request);
    waiting.delete(message.request);
    if (message.type === "valuesFailed") request?.reject(new Error(message.message));
    else request?.resolve(message);
  });
}

function ask<T>(question: (request: number) => FromPanel): Promise<T> {
  last += 1;
  const request = last;
  return new Promise((resolve, reject) => {
    waiting.set(request, { resolve: (answer) => resolve(answer as T), reject });
    post(question(request));
  });
}

/** Elements `start` to `start + count` in row-major order, fewer at the end. Rejects with the extension's message. */
export function requestValues(
  node: number,
  of: "value" | "grad",
  start: number,
  count: number,
): Promise<Page> {
  return ask((request) => ({ type: "values", request, node, of, start, count }));
}

/** Elements in an answer of the engine. */
const page = 65_536;
/** More is no picture that a person could read. */
const most = 16 * page;

/** Both gradients of all elements of a checked row, the first million of more. Rejects with the extension's message. */
export async function requestDetails(row: CheckedRow, elements: number): Promise<CheckDetails> {
  const size = Math.min(elements, most);
  const analytic = new Float64Array(size);
  const numeric = new Float64Array(size).fill(Number.NaN);
  let shape: readonly number[] = [size];
  for (let start = 0; start < size; start += page) {
    const part: CheckDetails = await ask((request) => ({
      type: "details",
      request,
      row,
      start,
      count: Math.min(page, size - start),
    }));
    analytic.set(part.analytic.subarray(0, size - start), start);
    numeric.set(part.numeric.subarray(0, size - start), start);
    shape = part.shape;
  }
  return { analytic, numeric, shape };
}

/** The differences of one element, by its flat index, over their step. */
export function requestCurve(row: CheckedRow, index: number): Promise<CheckCurve> {
  return ask((request) => ({ type: "curve", request, row, index }));
}
