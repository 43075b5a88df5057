/** Copies a block of elements between arrays with strides. */
import type { Values } from "../core/dtype";
import { type Shape, sizeOf } from "../core/shape";

export interface StridedBlock {
  readonly data: Values;
  readonly strides: readonly number[];
  readonly offset: number;
}

/** to[i…] = from[i…] for all indices below `shape`, row by row. */
export function copyBlock(shape: Shape, from: StridedBlock, to: StridedBlock): void {
  if (sizeOf(shape) === 0) return;
  const last = shape.length - 1;
  const n = shape[last] ?? 1;
  const [fromStep, toStep] = [from.strides[last] ?? 1, to.strides[last] ?? 1];
  const index = new Array<number>(Math.max(last, 0)).fill(0);
  let [source, target] = [from.offset, to.offset];
  for (let row = sizeOf(shape.slice(0, Math.max(last, 0))); row > 0; row--) {
    for (let i = 0; i < n; i++) to.data[target + i * toStep] = from.data[source + i * fromStep] as number;
    for (let d = last - 1; d >= 0; d--) {
      const count = shape[d] as number;
      index[d] = (index[d] as number) + 1;
      const wrapped = index[d] === count;
      source += (from.strides[d] as number) * (wrapped ? 1 - count : 1);
      target += (to.strides[d] as number) * (wrapped ? 1 - count : 1);
      if (!wrapped) break;
      index[d] = 0;
    }
  }
}
