/** Encoder layers of a transformer, one after another. */

import { showValue } from "../core/describe";
import { askForRoom, getDefaultDtype } from "../core/dtype";
import { inFunction, ModelError } from "../core/error";
import { tensor } from "../core/kinds";
import type { Positions } from "../core/op";
import type { Widest } from "../core/op-function";
import { arrange, takes } from "../core/signature";
import type { Tensor } from "../core/tensor";
import { isModule, Module } from "./module";
import { checkSize } from "./options";
import { ModuleList } from "./sequential";

/** What `nn.TransformerEncoder` takes besides the layer and the number of copies. */
export interface TransformerEncoderOptions {
  /** Normalises the output of the last layer; nothing does when left out. */
  norm?: Normalisation | null;
}

/** The masks of a call of `nn.TransformerEncoder`. */
export interface TransformerEncoderCall {
  /** As `srcMask` of the layers. */
  mask?: Tensor | null;
  /** As in the layers. */
  srcKeyPaddingMask?: Tensor | null;
}

type Normalisation = Module & { forward(x: Tensor): Tensor };
type EncoderLayer = Module & {
  forward(x: Tensor, options: { srcMask?: Tensor; srcKeyPaddingMask?: Tensor }): Tensor;
};

const module = {
  expected: "a module such as nn.LayerNorm",
  fits: (value: unknown) => isModule(value),
};
const takesLayer = takes(["layer", "numLayers"], { norm: module });
const takesCall = takes(["src"], { mask: tensor, srcKeyPaddingMask: tensor });

/** Copies of an encoder layer, each with weights of its own, one after another. Vaswani et al. (2017). */
export class TransformerEncoder extends Module {
  /** The copies, in their order. */
  layers: ModuleList<EncoderLayer>;
  /** Normalises the output of the last one; null without. */
  norm: Normalisation | null;

  /**
   * @param layer is copied, as in PyTorch: it stays as it is, and all copies begin with its weights
   * @throws ModelError unless `layer` is a module
   */
  constructor(
    ...args: Widest<
      [layer: EncoderLayer, numLayers: number, options?: TransformerEncoderOptions],
      [layer: EncoderLayer, numLayers: number, norm?: Normalisation | null | TransformerEncoderOptions]
    >
  ) {
    super();
    // A module in the last place is no object of options.
    const given = args.map((value, i) => (i === 2 && isModule(value) ? { norm: value } : value));
    const read = inFunction("nn.TransformerEncoder", () => arrange(takesLayer, given));
    const [layer, numLayers, options] = read as [EncoderLayer, number, TransformerEncoderOptions?];
    if (!isModule(layer)) {
      throw new ModelError(
        `nn.TransformerEncoder(): the layer is ${showValue(layer)}, expected an nn.TransformerEncoderLayer`,
      );
    }
    checkSize("nn.TransformerEncoder", { numLayers });
    const numbers = layer.parameters().reduce((sum, each) => sum + each.size, 0);
    inFunction("nn.TransformerEncoder", () => askForRoom(getDefaultDtype(), numLayers * numbers));
    this.layers = new ModuleList(Array.from({ length: numLayers }, () => layer.deepCopy()));
    this.norm = options?.norm ?? null;
  }

  /** The output of the last layer, of x's shape. */
  forward(
    ...args: Widest<
      [src: Tensor, options?: TransformerEncoderCall],
      [
        src: Tensor,
        ...Positions<[mask?: Tensor | null, srcKeyPaddingMask?: Tensor | null], TransformerEncoderCall>,
      ]
    >
  ): Tensor {
    const read = inFunction("nn.TransformerEncoder", () => arrange(takesCall, args));
    const [src, { mask, srcKeyPaddingMask } = {}] = read as [Tensor, TransformerEncoderCall?];
    const masks = { ...(mask ? { srcMask: mask } : {}), ...(srcKeyPaddingMask ? { srcKeyPaddingMask } : {}) };
    let out = src;
    for (const layer of this.layers) out = layer.forward(out, masks);
    return this.norm === null ? out : this.norm.forward(out);
  }
}
