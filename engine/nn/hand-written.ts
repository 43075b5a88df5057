/** What makes an object a layer whose backward pass somebody wrote by hand. */
import { isTensor } from "../tensor";

type Method = (...args: unknown[]) => unknown;

/** An object with `forward(...inputs)` and `backward(grad)`. */
export type HandWrittenObject = Record<string, unknown> & { forward: Method; backward: Method };

export function isHandWritten(value: unknown): value is HandWrittenObject {
  if (typeof value !== "object" || value === null || isTensor(value)) return false;
  const { forward, backward } = value as Partial<HandWrittenObject>;
  return typeof forward === "function" && typeof backward === "function";
}
