// The gradient check of every parameter of a small network, in float64, one by one.
import { labels, values } from "../data.mjs";

const [batch, inputs, hidden, classes] = [16, 64, 64, 10];

export const rows = {
  "gradcheck, all 4,810 parameters": {
    order: 40,
    ours(g) {
      const leaf = (...shape) => g.tensor(values(shape), { shape, dtype: "float64", requiresGrad: true });
      const parameters = [leaf(hidden, inputs), leaf(hidden), leaf(classes, hidden), leaf(classes)];
      const x = g.tensor(values([batch, inputs]), { shape: [batch, inputs], dtype: "float64" });
      const y = g.tensor(labels(batch, classes));
      return async () => {
        const checks = await g.gradcheck(
          (w, b, v, c) => g.crossEntropy(g.linear(g.tanh(g.linear(x, w, b)), v, c), y),
          parameters,
        );
        const bad = checks.find(({ verdict }) => verdict !== "ok");
        if (bad) throw new Error(bad.message);
      };
    },
  },
};
