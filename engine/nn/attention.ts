/** Attention layers: several heads, and the encoder layer of a transformer. */

import { ModelError } from "../core/error";
import { choice, flag, number, probability, size, tensor } from "../core/kinds";
import type { Positions } from "../core/op";
import type { Widest } from "../core/op-function";
import { showShape } from "../core/shape";
import { readCall, takes } from "../core/signature";
import { requireGrad, type Tensor, zeroFilled } from "../core/tensor";
import { full } from "../creation/create";
import { relu } from "../ops/activations";
import { checkTensor, type Maybe } from "../ops/arguments";
import { add, mul } from "../ops/arithmetic";
import { dropout } from "../ops/dropout";
import { chunk } from "../ops/join";
import { linear } from "../ops/linear";
import { matmul } from "../ops/matmul";
import { mean } from "../ops/mean";
import { gelu } from "../ops/smooth-activations";
import { softmax } from "../ops/softmax";
import { squeeze, unsqueeze } from "../ops/squeeze";
import { permute, reshape, transpose } from "../ops/view";
import { type AttentionCall, withMasks } from "./attention-masks";
import { xavierUniform } from "./init";
import { Linear } from "./linear";
import { Module } from "./module";
import { LayerNorm } from "./normalisation";
import { checkSize } from "./options";
import { Dropout } from "./pooling";

export type { AttentionCall } from "./attention-masks";

/** What `nn.MultiheadAttention` takes besides its sizes. */
export interface MultiheadAttentionOptions {
  /** Probability with which weights are dropped in training; 0 when left out. */
  dropout?: number;
  /** Whether the projections have biases; true when left out. */
  bias?: boolean;
  /** Inputs and outputs are [items, length, size] instead of [length, items, size]; false when left out. */
  batchFirst?: boolean;
}

type Args = [embedDim: number, numHeads: number, options?: MultiheadAttentionOptions];
type InPositions = [
  embedDim: number,
  numHeads: number,
  ...Positions<[dropout?: number, bias?: boolean], MultiheadAttentionOptions>,
];
type Call = [query: Tensor, key: Tensor, value: Tensor, options?: AttentionCall];
type CallInPositions = [
  query: Tensor,
  key: Tensor,
  value: Tensor,
  ...Positions<
    [keyPaddingMask?: Maybe, needWeights?: boolean, attnMask?: Maybe, averageAttnWeights?: boolean],
    AttentionCall
  >,
];

const signature = takes(
  ["embedDim", "numHeads"],
  { dropout: probability, bias: flag },
  { named: { batchFirst: flag } },
);
const takesCall = takes(["query", "key", "value"], {
  keyPaddingMask: tensor,
  needWeights: flag,
  attnMask: tensor,
  averageAttnWeights: flag,
});

/** Attention with several heads. Vaswani et al. (2017). */
export class MultiheadAttention extends Module {
  /** The projections of query, key and value below each other, [3 · embedDim, embedDim]. */
  in_proj_weight: Tensor;
  /** Their biases, [3 · embedDim], zeros at first; null without. */
  in_proj_bias: Tensor | null;
  /** The projection of the joined heads. */
  out_proj: Linear;
  /** Size of queries, keys, values and outputs. */
  readonly embedDim: number;
  /** Number of heads, which divides `embedDim`. */
  readonly numHeads: number;
  private readonly batchFirst: boolean;
  private readonly dropoutP: number;

  constructor(...args: Widest<Args, InPositions>) {
    super();
    const [embedDim, numHeads, options = {}] = readCall<Args>("nn.MultiheadAttention", signature, args);
    checkSize("nn.MultiheadAttention", { embedDim, numHeads });
    checkSize("nn.MultiheadAttention", { "embedDim / numHeads": embedDim / numHeads });
    const { bias = true, batchFirst = false, dropout = 0 } = options;
    this.embedDim = embedDim;
    this.numHeads = numHeads;
    this.batchFirst = batchFirst;
    this.dropoutP = dropout;
    this.in_proj_weight = requireGrad(xavierUniform(zeroFilled([3 * embedDim, embedDim])));
    this.in_proj_bias = bias ? full([3 * embedDim], 0, { requiresGrad: true }) : null;
    this.out_proj = new Linear(embedDim, embedDim, { bias });
    if (this.out_proj.bias !== null) this.out_proj.bias.data.fill(0);
  }

  /** The attended values, and the weights (null when they are not needed). */
  forward(...args: Widest<Call, CallInPositions>): [output: Tensor, weights: Tensor | null] {
    const [query, key, value, options = {}] = readCall<Call>("nn.MultiheadAttention", takesCall, args);
    const batched = query.ndim === 3;
    const inputs = [query, key, value].map((x) => this.itemsFirst(x));
    const [q, k, v] = this.project(inputs).map((x) => this.splitHeads(x)) as [Tensor, Tensor, Tensor];
    const scores = matmul(mul(q, 1 / Math.sqrt(this.embedDim / this.numHeads)), transpose(k, -2, -1));
    const weights = softmax(withMasks(scores, options), { dim: -1 });
    const kept = this.training && this.dropoutP > 0 ? dropout(weights, { p: this.dropoutP }) : weights;
    const joined = this.joinHeads(matmul(kept, v));
    const out = this.out_proj.forward(joined);
    const result = !batched ? squeeze(out, 0) : this.batchFirst ? out : transpose(out, 0, 1);
    if (options.needWeights === false) return [result, null];
    const shown = options.averageAttnWeights === false ? kept : mean(kept, { dim: 1 });
    return [result, batched ? shown : squeeze(shown, 0)];
  }

  private itemsFirst(x: Tensor): Tensor {
    checkTensor(x, "nn.MultiheadAttention: input");
    if (x.shape.at(-1) !== this.embedDim || (x.ndim !== 2 && x.ndim !== 3)) {
      throw new ModelError(
        `nn.MultiheadAttention: found shape ${showShape(x.shape)}, expected [${this.batchFirst ? "items, length" : "length, items"}, ${this.embedDim}] or [length, ${this.embedDim}]`,
      );
    }
    if (x.ndim === 2) return unsqueeze(x, 0);
    return this.batchFirst ? x : transpose(x, 0, 1);
  }

  /** Queries, keys and values, each through its third of the projection. */
  private project(inputs: readonly Tensor[]): Tensor[] {
    const [query, key, value] = inputs as [Tensor, Tensor, Tensor];
    if (query === key && key === value) {
      return chunk(linear(query, this.in_proj_weight, this.in_proj_bias), 3, { dim: -1 });
    }
    const weights = chunk(this.in_proj_weight, 3);
    const biases = this.in_proj_bias === null ? [] : chunk(this.in_proj_bias, 3);
    return inputs.map((x, i) => linear(x, weights[i] as Tensor, biases[i]));
  }

  /** [items, length, size] as [items, heads, length, size / heads]. */
  private splitHeads(x: Tensor): Tensor {
    const [items, length] = x.shape as [number, number];
    const heads = reshape(x, [items, length, this.numHeads, this.embedDim / this.numHeads]);
    return permute(heads, [0, 2, 1, 3]);
  }

  private joinHeads(x: Tensor): Tensor {
    const [items, , length] = x.shape as [number, number, number];
    return reshape(permute(x, [0, 2, 1, 3]), [items, length, this.embedDim]);
  }
}

/** What `nn.TransformerEncoderLayer` takes besides its sizes. */
export interface TransformerEncoderLayerOptions {
  /** Width of the hidden layer; 2048 when left out. */
  dimFeedforward?: number;
  /** 0.1 when left out. */
  dropout?: number;
  /** Between the two layers of the feed-forward network; "relu" when left out. */
  activation?: "relu" | "gelu";
  /** Added to the variance in the layer norms; 1e-5 when left out. */
  layerNormEps?: number;
  /** Inputs and outputs are [items, length, size] instead of [length, items, size]; false when left out. */
  batchFirst?: boolean;
  /** Normalises before attention and feed-forward instead of after them; false when left out. */
  normFirst?: boolean;
}

export interface EncoderCall {
  /** As `attnMask` of the attention. */
  srcMask?: Tensor | null;
  /** As `keyPaddingMask` of the attention. */
  srcKeyPaddingMask?: Tensor | null;
}

type EncoderArgs = [dModel: number, nhead: number, options?: TransformerEncoderLayerOptions];
type EncoderPositions = [
  dModel: number,
  nhead: number,
  ...Positions<
    [
      dimFeedforward?: number,
      dropout?: number,
      activation?: "relu" | "gelu",
      layerNormEps?: number,
      batchFirst?: boolean,
      normFirst?: boolean,
    ],
    TransformerEncoderLayerOptions
  >,
];

const takesEncoder = takes(["dModel", "nhead"], {
  dimFeedforward: size,
  dropout: probability,
  activation: choice("relu", "gelu"),
  layerNormEps: number,
  batchFirst: flag,
  normFirst: flag,
});
const takesEncoderCall = takes(["src"], { srcMask: tensor, srcKeyPaddingMask: tensor });

type EncoderCallArgs = [src: Tensor, options?: EncoderCall];
type EncoderCallPositions = [
  src: Tensor,
  ...Positions<[srcMask?: Maybe, srcKeyPaddingMask?: Maybe], EncoderCall>,
];

/** Attention of a sequence to itself, then a feed-forward network, each with a residual and a layer norm. */
export class TransformerEncoderLayer extends Module {
  /** The attention of the sequence to itself. */
  self_attn: MultiheadAttention;
  /** The first layer of the feed-forward network. */
  linear1: Linear;
  /** Between the two layers of the feed-forward network. */
  dropout: Dropout;
  /** The second layer of the feed-forward network. */
  linear2: Linear;
  /** The normalisation around the attention. */
  norm1: LayerNorm;
  /** The normalisation around the feed-forward network. */
  norm2: LayerNorm;
  /** Behind the attention. */
  dropout1: Dropout;
  /** Behind the feed-forward network. */
  dropout2: Dropout;
  private readonly normFirst: boolean;
  private readonly activation: "relu" | "gelu";

  constructor(...args: Widest<EncoderArgs, EncoderPositions>) {
    super();
    const [dModel, nhead, options = {}] = readCall<EncoderArgs>(
      "nn.TransformerEncoderLayer",
      takesEncoder,
      args,
    );
    const { dimFeedforward = 2048, dropout: p = 0.1, layerNormEps: eps = 1e-5 } = options;
    const { batchFirst = false, normFirst = false, activation = "relu" } = options;
    this.self_attn = new MultiheadAttention(dModel, nhead, { dropout: p, batchFirst });
    this.linear1 = new Linear(dModel, dimFeedforward);
    this.dropout = new Dropout(p);
    this.linear2 = new Linear(dimFeedforward, dModel);
    this.norm1 = new LayerNorm(dModel, { eps });
    this.norm2 = new LayerNorm(dModel, { eps });
    this.dropout1 = new Dropout(p);
    this.dropout2 = new Dropout(p);
    this.normFirst = normFirst;
    this.activation = activation;
  }

  /** Of src's shape: [length, items, size], with `batchFirst` [items, length, size], or [length, size]. */
  forward(...args: Widest<EncoderCallArgs, EncoderCallPositions>): Tensor {
    const [x, masks = {}] = readCall<EncoderCallArgs>("nn.TransformerEncoderLayer", takesEncoderCall, args);
    const { norm1, norm2 } = this;
    if (this.normFirst) {
      const attended = add(x, this.attend(norm1.forward(x), masks));
      return add(attended, this.feedForward(norm2.forward(attended)));
    }
    const attended = norm1.forward(add(x, this.attend(x, masks)));
    return norm2.forward(add(attended, this.feedForward(attended)));
  }

  private attend(x: Tensor, { srcMask = null, srcKeyPaddingMask = null }: EncoderCall): Tensor {
    const masks = { attnMask: srcMask, keyPaddingMask: srcKeyPaddingMask };
    const [out] = this.self_attn.forward(x, x, x, { ...masks, needWeights: false });
    return this.dropout1.forward(out);
  }

  private feedForward(x: Tensor): Tensor {
    const hidden = this.linear1.forward(x);
    const active = this.activation === "relu" ? relu(hidden) : gelu(hidden);
    return this.dropout2.forward(this.linear2.forward(this.dropout.forward(active)));
  }
}
