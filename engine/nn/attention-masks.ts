/** The masks of attention: what a query may not look at. */
import { isFloat } from "../core/dtype";
import { ModelError } from "../core/error";
import { type Shape, sameShape, showShape } from "../core/shape";
import type { Tensor } from "../core/tensor";
import { add } from "../ops/arithmetic";
import { cast } from "../ops/cast";
import { maskedFill } from "../ops/select";
import { reshape } from "../ops/view";

export interface AttentionCall {
  /** True: a key that nobody looks at, such as padding; or numbers that are added to its scores. [items, keys]. */
  keyPaddingMask?: Tensor | null;
  /** True: not to be looked at, as in PyTorch; or numbers that are added to the scores. [queries, keys] or with items · heads in front. */
  attnMask?: Tensor | null;
  /** Whether the weights are returned; true when left out. */
  needWeights?: boolean;
  /** Whether the weights are averaged over the heads; true when left out. */
  averageAttnWeights?: boolean;
}

/** The scores, [items, heads, queries, keys], without what the masks hide. */
export function withMasks(scores: Tensor, { keyPaddingMask, attnMask }: AttentionCall): Tensor {
  const [items, heads, queries, keys] = scores.shape as [number, number, number, number];
  const limited = withMask(scores, "attnMask", attnMask, [
    { from: [queries, keys], to: [1, 1, queries, keys] },
    { from: [items * heads, queries, keys], to: [items, heads, queries, keys] },
  ]);
  return withMask(limited, "keyPaddingMask", keyPaddingMask, [
    { from: [items, keys], to: [items, 1, 1, keys] },
    ...(items === 1 ? [{ from: [keys], to: [1, 1, 1, keys] }] : []),
  ]);
}

/** A shape that a mask may have, and how it broadcasts against the scores. */
interface MaskShape {
  readonly from: Shape;
  readonly to: Shape;
}

function withMask(
  scores: Tensor,
  name: string,
  mask: Tensor | null | undefined,
  shapes: readonly MaskShape[],
): Tensor {
  if (mask === undefined || mask === null) return scores;
  const fit = shapes.find(({ from }) => sameShape(from, mask.shape));
  if (fit === undefined) {
    throw new ModelError(
      `nn.MultiheadAttention: ${name} has shape ${showShape(mask.shape)}, expected ${shapes.map(({ from }) => showShape(from)).join(" or ")}`,
    );
  }
  const wide = reshape(mask, fit.to);
  return isFloat(mask.dtype)
    ? add(scores, wide)
    : maskedFill(scores, cast(wide, "bool"), Number.NEGATIVE_INFINITY);
}
