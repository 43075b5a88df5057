/** Attention layers: several heads, and the encoder layer of a transformer. */
import { full } from "../create";
import { isFloat } from "../dtype";
import { ModelError } from "../error";
import { relu } from "../ops/activations";
import { checkTensor } from "../ops/arguments";
import { add, mul } from "../ops/arithmetic";
import { dropout } from "../ops/dropout";
import { chunk } from "../ops/join";
import { linear } from "../ops/linear";
import { matmul } from "../ops/matmul";
import { mean } from "../ops/reduce";
import { maskedFill } from "../ops/select";
import { gelu } from "../ops/smooth-activations";
import { softmax } from "../ops/softmax";
import { squeeze, unsqueeze } from "../ops/squeeze";
import { permute, reshape, transpose } from "../ops/view";
import { showShape } from "../shape";
import { empty, requireGrad, type Tensor } from "../tensor";
import { xavierUniform, zeros } from "./init";
import { Linear } from "./linear";
import { Module } from "./module";
import { LayerNorm } from "./normalisation";
import { checkLayerOptions, checkProbability, checkSize } from "./options";
import { Dropout } from "./pooling";

export interface MultiheadAttentionOptions {
  /** Probability with which weights are dropped in training. */
  dropout?: number;
  bias?: boolean;
  /** Inputs and outputs are [items, length, size] instead of [length, items, size]. */
  batchFirst?: boolean;
}

export interface AttentionCall {
  /** True: not to be looked at, as in PyTorch; or numbers that are added to the scores. [queries, keys] or with heads in front. */
  attnMask?: Tensor;
  /** Whether the weights are returned, averaged over the heads; true when left out. */
  needWeights?: boolean;
}

/** Attention with several heads. Vaswani et al. (2017). */
export class MultiheadAttention extends Module {
  in_proj_weight: Tensor;
  in_proj_bias: Tensor | null;
  out_proj: Linear;
  private readonly batchFirst: boolean;
  private readonly dropoutP: number;

  constructor(
    readonly embedDim: number,
    readonly numHeads: number,
    options: MultiheadAttentionOptions = {},
  ) {
    super();
    checkLayerOptions("nn.MultiheadAttention", options, ["dropout", "bias", "batchFirst"]);
    checkSize("nn.MultiheadAttention", { embedDim, numHeads });
    checkSize("nn.MultiheadAttention", { "embedDim / numHeads": embedDim / numHeads });
    const { bias = true, batchFirst = false } = options;
    this.batchFirst = batchFirst;
    this.dropoutP = checkProbability("nn.MultiheadAttention", options.dropout ?? 0);
    this.in_proj_weight = requireGrad(xavierUniform(empty([3 * embedDim, embedDim])));
    this.in_proj_bias = bias ? full([3 * embedDim], 0, { requiresGrad: true }) : null;
    this.out_proj = new Linear(embedDim, embedDim, { bias });
    if (this.out_proj.bias !== null) zeros(this.out_proj.bias);
  }

  /** The attended values, and the weights (null when they are not needed). */
  forward(query: Tensor, key: Tensor, value: Tensor, options: AttentionCall = {}): [Tensor, Tensor | null] {
    const batched = query.ndim === 3;
    const inputs = [query, key, value].map((x) => this.itemsFirst(x));
    const [q, k, v] = this.project(inputs).map((x) => this.splitHeads(x)) as [Tensor, Tensor, Tensor];
    const scores = matmul(mul(q, 1 / Math.sqrt(this.embedDim / this.numHeads)), transpose(k, -2, -1));
    const weights = softmax(withMask(scores, options.attnMask), { dim: -1 });
    const kept = this.training && this.dropoutP > 0 ? dropout(weights, { p: this.dropoutP }) : weights;
    const joined = this.joinHeads(matmul(kept, v));
    const out = this.out_proj.forward(joined);
    const result = !batched ? squeeze(out, 0) : this.batchFirst ? out : transpose(out, 0, 1);
    if (options.needWeights === false) return [result, null];
    const averaged = mean(kept, { dim: 1 });
    return [result, batched ? averaged : squeeze(averaged, 0)];
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

function withMask(scores: Tensor, mask: Tensor | undefined): Tensor {
  if (mask === undefined) return scores;
  return isFloat(mask.dtype) ? add(scores, mask) : maskedFill(scores, mask, Number.NEGATIVE_INFINITY);
}

export interface TransformerEncoderLayerOptions {
  /** Width of the hidden layer; 2048 when left out. */
  dimFeedforward?: number;
  /** 0.1 when left out. */
  dropout?: number;
  activation?: "relu" | "gelu";
  layerNormEps?: number;
  batchFirst?: boolean;
  /** Normalises before attention and feed-forward instead of after them. */
  normFirst?: boolean;
}

/** Attention of a sequence to itself, then a feed-forward network, each with a residual and a layer norm. */
export class TransformerEncoderLayer extends Module {
  self_attn: MultiheadAttention;
  linear1: Linear;
  dropout: Dropout;
  linear2: Linear;
  norm1: LayerNorm;
  norm2: LayerNorm;
  dropout1: Dropout;
  dropout2: Dropout;
  private readonly normFirst: boolean;
  private readonly activation: "relu" | "gelu";

  constructor(dModel: number, nhead: number, options: TransformerEncoderLayerOptions = {}) {
    super();
    const known = ["dimFeedforward", "dropout", "activation", "layerNormEps", "batchFirst", "normFirst"];
    checkLayerOptions("nn.TransformerEncoderLayer", options, known);
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

  forward(x: Tensor, options: { srcMask?: Tensor } = {}): Tensor {
    const { norm1, norm2 } = this;
    if (this.normFirst) {
      const attended = add(x, this.attend(norm1.forward(x), options.srcMask));
      return add(attended, this.feedForward(norm2.forward(attended)));
    }
    const attended = norm1.forward(add(x, this.attend(x, options.srcMask)));
    return norm2.forward(add(attended, this.feedForward(attended)));
  }

  private attend(x: Tensor, attnMask: Tensor | undefined): Tensor {
    const mask = attnMask === undefined ? {} : { attnMask };
    const [out] = this.self_attn.forward(x, x, x, { ...mask, needWeights: false });
    return this.dropout1.forward(out);
  }

  private feedForward(x: Tensor): Tensor {
    const hidden = this.linear1.forward(x);
    const active = this.activation === "relu" ? relu(hidden) : gelu(hidden);
    return this.dropout2.forward(this.linear2.forward(this.dropout.forward(active)));
  }
}
