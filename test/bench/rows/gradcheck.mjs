// Gradient checks: every parameter of a small network one by one, and a single wrong element among a million.
import { labels, values } from "../data.mjs";

const [batch, inputs, hidden, classes] = [16, 64, 64, 10];
const many = 1_000_000;
const wrong = 654_321;
const mostPairs = 40;

/** The check that found the wrong element; the first one says how. */
async function findWrong(g, w) {
  const [check] = await g.gradcheck((x) => g.sum(scaled(g)(x)), w);
  const pairs = Number(/(\d+) pairs/.exec(check.message)?.[1]);
  if (check.verdict !== "wrong-derivative" || check.worst?.index[0] !== wrong) throw new Error(check.message);
  if (!(pairs <= mostPairs))
    throw new Error(`found with ${pairs} pairs of evaluations, more than ${mostPairs}`);
  return pairs;
}

/** sin(x) · 2 with a backward pass that forgets one element. */
const scaled = (g) =>
  g.customOp({
    name: "scaled",
    forward: (x) => g.mul(g.sin(x), 2),
    backward({ grad, inputs: [x] }) {
      const out = g.mul(grad, g.mul(g.cos(x), 2));
      out.data[wrong] = 0;
      return out;
    },
  });

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
  "gradcheck, 1 wrong of 1,000,000": {
    order: 41,
    ours(g) {
      const w = g.tensor(values([many]), { shape: [many], dtype: "float64", requiresGrad: true });
      let said = false;
      return async () => {
        const pairs = await findWrong(g, w);
        if (!said) console.error(`  found with ${pairs} pairs of evaluations`);
        said = true;
      };
    },
  },
};
