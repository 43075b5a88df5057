/** What random models are made of: a step from one tensor to the next, with how a person would write it. */
import type { Tensor } from "../../engine/index";
import type { Draw } from "./draw";

export interface Part {
  readonly text: string;
  readonly run: (x: Tensor) => Tensor;
}

/** Makes a part for tensors such as `x`; null where there is none for its shape. */
export type Maker = (draw: Draw, x: Tensor) => Part | null;

export function part(text: string, run: Part["run"]): Part {
  return { text, run };
}

/** Options as they stand in a call. */
export function show(options: object): string {
  const entries = Object.entries(options).map(([key, value]) => `${key}: ${JSON.stringify(value)}`);
  return entries.length === 0 ? "{}" : `{ ${entries.join(", ")} }`;
}
