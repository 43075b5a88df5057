/** Dropout: a mask drawn once and recorded as an input, so that a replay repeats it. */

import { allocate } from "../core/dtype";
import { ModelError } from "../core/error";
import { flag, probability } from "../core/kinds";
import { defineOp, type OpFunction, type Positions } from "../core/op";
import { generator } from "../core/random";
import { showShape } from "../core/shape";
import { takes } from "../core/signature";
import { Tensor, zeroFilled } from "../core/tensor";
import { checkFloat } from "./arguments";
import { mul } from "./arithmetic";

/** What the dropouts take besides x. */
export interface DropoutOptions {
  /** Probability with which an element becomes 0; 0.5 when left out. */
  p?: number;
  /** False passes everything; true when left out. */
  training?: boolean;
}

type Args = [x: Tensor, options?: DropoutOptions];
type InPositions = [x: Tensor, ...Positions<[p?: number, training?: boolean], DropoutOptions>];

/** Sets elements to 0 with probability p and divides the others by 1 − p. */
export const dropout: OpFunction<Args, InPositions> = defineOp({
  name: "dropout",
  role: "switches",
  label: "x · mask",
  formula: "\\bar{x} = \\bar{o} \\cdot mask",
  takes: takes(["x"], { p: probability, training: flag }),
  args(x, { p = 0.5, training = true } = {}) {
    return { inputs: [checkFloat(x), drawMask(x, training ? p : 0)], attrs: {} };
  },
  forward: ([x, mask]) => mul(x as Tensor, mask as Tensor),
  vjp: [(g, { y }) => mul(g, y), null],
  jvp: [(t, { y }) => mul(t, y), null],
  samples: (r) => [[r.uniform([3, 4])], [r.uniform([3, 4]), { p: 0.9 }]],
});

/** What layers of channels drop: whole channels of [items, channels, …]. */
function channelDropout(name: string): OpFunction<Args, InPositions> {
  return defineOp({
    name,
    role: "switches",
    label: "x · mask",
    formula: "\\bar{x} = \\bar{o} \\cdot mask",
    takes: takes(["x"], { p: probability, training: flag }),
    args(x, { p = 0.5, training = true } = {}) {
      if (checkFloat(x).ndim < 2) {
        throw new ModelError(`x has shape ${showShape(x.shape)}, expected [items, channels, …]`);
      }
      const channels = zeroFilled(
        x.shape.map((n, d) => (d < 2 ? n : 1)),
        x.dtype,
      );
      return { inputs: [x, drawMask(channels, training ? p : 0)], attrs: {} };
    },
    forward: ([x, mask]) => mul(x as Tensor, mask as Tensor),
    vjp: [(g, { y }) => mul(g, y), null],
    jvp: [(t, { y }) => mul(t, y), null],
    samples: (r) => [[r.uniform([3, 4, 2])], [r.uniform([2, 3, 2, 2]), { p: 0.9 }]],
  });
}

/** Sets channels of [items, channels, length] to 0 with probability p and divides the others by 1 − p. */
export const dropout1d: OpFunction<Args, InPositions> = channelDropout("dropout1d");

/** Sets channels of [items, channels, height, width] to 0 with probability p and divides the others by 1 − p. */
export const dropout2d: OpFunction<Args, InPositions> = channelDropout("dropout2d");

function drawMask(x: Tensor, p: number): Tensor {
  const mask = allocate(x.dtype, x.size);
  const kept = p === 1 ? 0 : 1 / (1 - p);
  for (let i = 0; i < mask.length; i++) mask[i] = p > 0 && generator.uniform() < p ? 0 : kept;
  return new Tensor(mask, x.shape, x.dtype);
}
