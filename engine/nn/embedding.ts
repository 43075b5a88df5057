/** A table of vectors, looked up by index. */
import { embedding } from "../ops/index-select";
import { empty, requireGrad, type Tensor } from "../tensor";
import { normal } from "./init";
import { Module } from "./module";
import { checkLayerOptions, checkSize } from "./options";

export interface EmbeddingLayerOptions {
  /** Row that stays zero: it takes no gradient. */
  paddingIdx?: number;
}

/** Rows of a weight [numEmbeddings, embeddingDim], drawn from the normal distribution at first. */
export class Embedding extends Module {
  weight: Tensor;
  private readonly options: EmbeddingLayerOptions;

  constructor(
    readonly numEmbeddings: number,
    readonly embeddingDim: number,
    options: EmbeddingLayerOptions = {},
  ) {
    super();
    checkLayerOptions("nn.Embedding", options, ["paddingIdx"]);
    checkSize("nn.Embedding", { numEmbeddings, embeddingDim });
    this.options = options;
    this.weight = requireGrad(normal(empty([numEmbeddings, embeddingDim])));
    if (options.paddingIdx === undefined) return;
    const row = options.paddingIdx < 0 ? options.paddingIdx + numEmbeddings : options.paddingIdx;
    this.weight.data.fill(0, row * embeddingDim, (row + 1) * embeddingDim);
  }

  forward(index: Tensor): Tensor {
    return embedding(index, this.weight, this.options);
  }
}
