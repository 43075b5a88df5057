/** A table of vectors, looked up by index. */

import { integer } from "../core/kinds";
import type { OptionPositions, Widest } from "../core/op-function";
import { readCall, takes } from "../core/signature";
import { requireGrad, type Tensor, zeroFilled } from "../core/tensor";
import { embedding } from "../ops/index-select";
import { normal } from "./init";
import { Module } from "./module";
import { checkSize } from "./options";

/** What `nn.Embedding` takes besides its sizes. */
export interface EmbeddingLayerOptions {
  /** Row that stays zero: it takes no gradient; none when left out. */
  paddingIdx?: number;
}

type Args = [numEmbeddings: number, embeddingDim: number, options?: EmbeddingLayerOptions];
type InPositions = [
  numEmbeddings: number,
  embeddingDim: number,
  ...OptionPositions<[paddingIdx?: number], EmbeddingLayerOptions>,
];

const signature = takes(["numEmbeddings", "embeddingDim"], { paddingIdx: integer });

/** Rows of a weight [numEmbeddings, embeddingDim], drawn from the normal distribution at first. */
export class Embedding extends Module {
  /** A row for each index, [numEmbeddings, embeddingDim], normal at first. */
  weight: Tensor;
  /** Number of rows. */
  readonly numEmbeddings: number;
  /** Size of a row. */
  readonly embeddingDim: number;
  private readonly options: EmbeddingLayerOptions;

  constructor(...args: Widest<Args, InPositions>) {
    super();
    const [numEmbeddings, embeddingDim, options = {}] = readCall<Args>("nn.Embedding", signature, args);
    checkSize("nn.Embedding", { numEmbeddings, embeddingDim });
    this.numEmbeddings = numEmbeddings;
    this.embeddingDim = embeddingDim;
    this.options = options;
    this.weight = requireGrad(normal(zeroFilled([numEmbeddings, embeddingDim])));
    if (options.paddingIdx === undefined) return;
    const row = options.paddingIdx < 0 ? options.paddingIdx + numEmbeddings : options.paddingIdx;
    this.weight.data.fill(0, row * embeddingDim, (row + 1) * embeddingDim);
  }

  /**
   * The rows of the weight at the indices.
   * @param index integers of any shape; the result has one dimension more
   */
  forward(index: Tensor): Tensor {
    return embedding(index, this.weight, this.options);
  }
}
