/** Fixed weighted sums along one dimension: what average pooling, interpolation and padding by copies are made of. */
import { allocate } from "../core/dtype";
import { defineOp, type OpFunction } from "../core/op";
import { type Shape, sizeOf } from "../core/shape";
import { Tensor } from "../core/tensor";

/** For each element of the result the elements it is made of and their weights. */
export type Taps = readonly (readonly (readonly [source: number, weight: number])[])[];

export interface MixAttrs {
  readonly dim: number;
  /** Elements along the dimension before mixing. */
  readonly size: number;
  readonly taps: Taps;
  /** Runs the other way, as the backward pass does: each element is handed to those it was made of. */
  readonly adjoint: boolean;
}

/** out[j] = Σ weight · x[source] along `dim`, over the taps of j. Linear, so each direction is the other's derivative. */
export const mixAlong: OpFunction<[Tensor, MixAttrs]> = defineOp<[Tensor, MixAttrs], MixAttrs>({
  name: "mixAlong",
  takes: null,
  role: "gathers",
  label: "Σ w x",
  formula: "\\bar{x}_i = \\sum_j w_{ji} \\, \\bar{o}_j",
  args: (x, attrs) => ({ inputs: [x], attrs }),
  forward: ([x], attrs) => mix(x as Tensor, attrs),
  vjp: [(g, { attrs }) => mixAlong(g, { ...attrs, adjoint: !attrs.adjoint })],
  jvp: [(t, { attrs }) => mixAlong(t, attrs)],
  samples: (r) => {
    const taps: Taps = [[[0, 0.5]], [[2, 1], [0, -2]]]; // biome-ignore format: pairs read best in a line
    return [
      [r.uniform([2, 3, 2]), { dim: 1, size: 3, taps, adjoint: false }],
      [r.uniform([2, 2]), { dim: 1, size: 3, taps, adjoint: true }],
    ];
  },
});

function mix(x: Tensor, { dim, size, taps, adjoint }: MixAttrs): Tensor {
  const outSize = adjoint ? size : taps.length;
  const inSize = x.shape[dim] as number;
  const outer = sizeOf(x.shape.slice(0, dim));
  const inner = sizeOf(x.shape.slice(dim + 1));
  const shape: Shape = x.shape.toSpliced(dim, 1, outSize);
  const out = allocate(x.dtype, sizeOf(shape));
  for (let j = 0; j < taps.length; j++) {
    for (const [source, weight] of taps[j] as Taps[number]) {
      const [from, to] = adjoint ? [j, source] : [source, j];
      for (let o = 0; o < outer; o++) {
        const read = (o * inSize + from) * inner;
        const write = (o * outSize + to) * inner;
        for (let i = 0; i < inner; i++) {
          out[write + i] = (out[write + i] as number) + weight * (x.data[read + i] as number);
        }
      }
    }
  }
  return new Tensor(out, shape, x.dtype);
}
