/** Scaled dot-product attention. */

import { isFloat } from "../core/dtype";
import { ModelError } from "../core/error";
import { flag, number, probability } from "../core/kinds";
import { type At, apply, defineOp, inFunction, type OpFunction, type Positions } from "../core/op";
import { checkNumber } from "../core/options";
import { showShape } from "../core/shape";
import { arrange, takes } from "../core/signature";
import { Tensor } from "../core/tensor";
import { checkFloat, type Maybe, readArgs } from "./arguments";
import { add, mul, sub } from "./arithmetic";
import { sum, sumTo } from "./broadcast";
import { logicalNot } from "./comparison";
import { dropout } from "./dropout";
import { matmulTransposed } from "./matmul";
import { once } from "./once";
import { maskedFill } from "./select";
import { softmax } from "./softmax";
import { tril } from "./triangle";

/** What `scaledDotProductAttention` takes besides its tensors. */
export interface AttentionOptions {
  /** Lets every query see only the keys up to its own place; false when left out. */
  isCausal?: boolean;
  /** Factor of the scores; 1 / √(size of a query) when left out. */
  scale?: number;
  /** Probability with which a weight is dropped; 0 when left out. */
  dropoutP?: number;
}

type InPositions = [
  query: Tensor,
  key: Tensor,
  value: Tensor,
  attnMask?: Maybe | AttentionOptions,
  ...Positions<[dropoutP?: number, isCausal?: boolean], AttentionOptions>,
];

const names = ["query", "key", "value", "attnMask"];
const signature = takes(names, { dropoutP: probability, isCausal: flag }, { named: { scale: number } });

interface Attrs {
  readonly scale: number;
  readonly isCausal: boolean;
}

/** The arguments, checked: query, key, value and perhaps a mask. */
function readAttention(args: readonly unknown[]): { inputs: Tensor[]; attrs: Attrs; dropoutP: number } {
  const { tensors, options } = readArgs<AttentionOptions>(args, names, 3);
  const [query, key, value] = tensors.slice(0, 3).map((each, i) => checkFloat(each, names[i])) as [
    Tensor,
    Tensor,
    Tensor,
  ];
  const [q, k, v] = [query, key, value].map((x) => showShape(x.shape));
  const fits = Math.min(query.ndim, key.ndim, value.ndim) >= 2;
  if (!fits || query.shape.at(-1) !== key.shape.at(-1) || key.shape.at(-2) !== value.shape.at(-2)) {
    throw new ModelError(
      `query, key and value have shapes ${q}, ${k} and ${v}, expected [… , queries, size], [… , keys, size] and [… , keys, values]`,
    );
  }
  const mask = tensors[3];
  const { isCausal = false, dropoutP = 0 } = options;
  if (isCausal && mask !== undefined) throw new ModelError("found both attnMask and isCausal, expected one");
  const scale = checkNumber(options.scale ?? 1 / Math.sqrt(query.shape.at(-1) as number), "scale");
  const inputs = mask === undefined ? [query, key, value] : [query, key, value, mask];
  return { inputs, attrs: { scale, isCausal }, dropoutP };
}

/** Softmax over the keys of the scaled, masked products of queries and keys. */
function weightsOf(inputs: readonly Tensor[], { scale, isCausal }: Attrs): Tensor {
  const [query, key, , mask] = inputs as [Tensor, Tensor, Tensor, Tensor?];
  const scores = mul(matmulTransposed(query, key, { transY: true }), scale);
  return softmax(masked(scores, mask, isCausal), { dim: -1 });
}

function masked(scores: Tensor, mask: Tensor | undefined, isCausal: boolean): Tensor {
  if (isCausal) {
    const [rows, columns] = scores.shape.slice(-2) as [number, number];
    const all = new Tensor(new Uint8Array(rows * columns).fill(1), [rows, columns], "bool");
    return maskedFill(scores, logicalNot(tril(all)), Number.NEGATIVE_INFINITY);
  }
  if (mask === undefined) return scores;
  return isFloat(mask.dtype)
    ? add(scores, mask)
    : maskedFill(scores, logicalNot(mask), Number.NEGATIVE_INFINITY);
}

/** The derivative of softmax at its result `p`, which is symmetric. */
function throughSoftmax(p: Tensor, g: Tensor): Tensor {
  return mul(p, sub(g, sum(mul(p, g), { dim: -1, keepdim: true })));
}

/** The weights again, once for all inputs. */
function weightsAt(at: At<Attrs>, g: Tensor): Tensor {
  return once("weights", at, g, () => weightsOf(at.inputs, at.attrs));
}

/** The cotangent of the masked scores. */
function scoresGradient(g: Tensor, at: At<Attrs>): Tensor {
  return once("scores", at, g, () =>
    throughSoftmax(weightsAt(at, g), matmulTransposed(g, at.inputs[2] as Tensor, { transY: true })),
  );
}

const attend: OpFunction<InPositions> = defineOp({
  name: "scaledDotProductAttention",
  role: "contracts",
  label: "softmax(q kᵀ / √d) v",
  formula:
    "\\bar{v} = p^T \\bar{o}, \\quad \\bar{q} = s \\, \\bar{a} \\, k, \\quad \\bar{k} = s \\, \\bar{a}^T q, \\quad \\bar{a} = p \\, (\\bar{o} v^T - \\textstyle\\sum p \\, \\bar{o} v^T)",
  takes: signature,
  args: (...args) => readAttention(args),
  forward: (inputs, attrs) => matmulTransposed(weightsOf(inputs, attrs), inputs[2] as Tensor),
  vjp: [
    (g, at) => sumTo(mul(matmulTransposed(scoresGradient(g, at), at.y), at.attrs.scale), at.x),
    (g, at) =>
      sumTo(mul(matmulTransposed(scoresGradient(g, at), at.x, { transX: true }), at.attrs.scale), at.y),
    (g, at) => {
      const spread = matmulTransposed(weightsAt(at, g), g, { transX: true });
      return sumTo(spread, at.inputs[2] as Tensor);
    },
    (g, at) => sumTo(scoresGradient(g, at), at.inputs[3] as Tensor),
  ],
  jvp: [
    (t, at) => fromScores(mul(matmulTransposed(t, at.y, { transY: true }), at.attrs.scale), at),
    (t, at) => fromScores(mul(matmulTransposed(at.x, t, { transY: true }), at.attrs.scale), at),
    (t, at) => matmulTransposed(weightsOf(at.inputs, at.attrs), t),
    (t, at) => fromScores(t, at),
  ],
  samples: (r) => [
    [r.uniform([2, 3, 4]), r.uniform([2, 5, 4]), r.uniform([2, 5, 2])],
    [r.uniform([3, 2]), r.uniform([3, 2]), r.uniform([3, 2]), { isCausal: true, scale: 0.5 }],
    [r.uniform([2, 2]), r.uniform([3, 2]), r.uniform([3, 2]), r.uniform([2, 3])],
  ],
});

/** The output's tangent from that of the scores. */
function fromScores(t: Tensor, at: At<Attrs>): Tensor {
  const p = weightsOf(at.inputs, at.attrs);
  return matmulTransposed(throughSoftmax(p, t), at.inputs[2] as Tensor);
}

/**
 * Attention of [… , queries, size] to [… , keys, size] and [… , keys, values]. A mask of booleans says which keys may
 * be seen, one of numbers is added to the scores.
 * @throws ModelError for shapes that do not fit
 */
export function scaledDotProductAttention(...args: InPositions): Tensor {
  const { inputs, attrs, dropoutP } = inFunction("scaledDotProductAttention", () =>
    readAttention(arrange(signature, args)),
  );
  if (dropoutP === 0) return apply(attend.op, inputs, attrs);
  // The dropped weights must be seen, so that each operation is recorded by itself.
  return matmulTransposed(dropout(weightsOf(inputs, attrs), { p: dropoutP }), inputs[2] as Tensor);
}
