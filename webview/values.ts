/** A tensor's elements, asked of the extension a page at a time. */
import { listen, post } from "./bridge";

export interface Page {
  readonly values: Float64Array;
  readonly shape: readonly number[];
}

interface Waiting {
  resolve(page: Page): void;
  reject(error: Error): void;
}

const waiting = new Map<number, Waiting>();
let last = 0;

/** Must be called once before the first request. */
export function listenForValues() {
  listen((message) => {
    if (message.type !== "values" && message.type !== "valuesFailed") return;
    const request = waiting.get(message.request);
    waiting.delete(message.request);
    if (message.type === "values") request?.resolve({ values: message.values, shape: message.shape });
    else request?.reject(new Error(message.message));
  });
}

/** Elements `start` to `start + count` in row-major order, fewer at the end. Rejects with the extension's message. */
export function requestValues(
  node: number,
  of: "value" | "grad",
  start: number,
  count: number,
): Promise<Page> {
  last += 1;
  const request = last;
  return new Promise((resolve, reject) => {
    waiting.set(request, { resolve, reject });
    post({ type: "values", request, node, of, start, count });
  });
}
