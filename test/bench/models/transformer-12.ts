// A transformer of 12 layers over 2 sequences of 32 tokens that predicts the next one: 2.4 million weights.
import { add, crossEntropy, manualSeed, nn, reshape, type Tensor, tensor } from "gradlens";

manualSeed(0);
const [batch, length, words, width] = [2, 32, 64, 128];

class LanguageModel extends nn.Module {
  tokens = new nn.Embedding(words, width);
  positions = new nn.Embedding(length, width);
  layers = new nn.ModuleList(
    Array.from(
      { length: 12 },
      () =>
        new nn.TransformerEncoderLayer(width, 4, {
          dimFeedforward: 4 * width,
          dropout: 0,
          activation: "gelu",
          batchFirst: true,
          normFirst: true,
        }),
    ),
  );
  norm = new nn.LayerNorm(width);
  head = new nn.Linear(width, words);

  forward(ids: Tensor, places: Tensor) {
    let h = add(this.tokens.forward(ids), this.positions.forward(places));
    for (const layer of this.layers) h = layer.forward(h, { srcMask: mask });
    return this.head.forward(this.norm.forward(h));
  }
}

const text = Array.from({ length: batch }, (_, b) =>
  Array.from({ length: length + 1 }, (_, t) => (t * t + 7 * b) % words),
);
const ids = tensor(
  text.map((row) => row.slice(0, -1)),
  { dtype: "int32" },
);
const next = tensor(
  text.flatMap((row) => row.slice(1)),
  { dtype: "int32" },
);
const places = tensor(
  Array.from({ length }, (_, t) => t),
  { dtype: "int32" },
);
/** True where a token would look ahead. */
const mask = tensor(
  Array.from({ length }, (_, i) => Array.from({ length }, (_, j) => j > i)),
  { dtype: "bool" },
);
const model = new LanguageModel();

export function loss() {
  return crossEntropy(reshape(model.forward(ids, places), [batch * length, words]), next);
}
