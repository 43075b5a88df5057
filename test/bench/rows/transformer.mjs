// Forward and backward pass of a transformer block: attention, normalisation, two dense layers.
import { jaxStep, ourParameters, ourStep, tfjsStep, values } from "../data.mjs";

const [batch, tokens, width, heads, hidden, scale] = [8, 64, 64, 4, 256, 0.1];
const size = width / heads;
const square = [width, width];
/** Query, key, value, output; two normalisations; two dense layers. */
const shapes = [
  ...[square, [width], square, [width], square, [width], square, [width]],
  ...[[width], [width], [width], [width]],
  ...[[width, hidden], [hidden], [hidden, width], [width]],
];

export const rows = {
  "transformer block, 8 × 64 tokens of 64, 4 heads": {
    order: 31,
    threads: true,
    ours(g) {
      const x = g.tensor(values([batch, tokens, width]), { shape: [batch, tokens, width] });
      const p = ourParameters(g, shapes, scale);
      const dense = (h, i) => g.add(g.matmul(h, p[i]), p[i + 1]);
      const split = (h) => g.transpose(g.reshape(h, [batch, tokens, heads, size]), 1, 2);
      const norm = (h, i) => g.layerNorm(h, p[i], p[i + 1], { normalizedShape: [width] });
      return ourStep(p, () => {
        const [q, k, v] = [0, 2, 4].map((i) => split(dense(x, i)));
        const weights = g.softmax(g.mul(g.matmul(q, g.transpose(k, 2, 3)), 1 / Math.sqrt(size)), { dim: -1 });
        const attended = g.reshape(g.transpose(g.matmul(weights, v), 1, 2), [batch, tokens, width]);
        const h = norm(g.add(x, dense(attended, 6)), 8);
        const out = norm(g.add(h, dense(g.relu(dense(h, 12)), 14)), 10);
        return g.mean(g.square(out));
      });
    },
    tfjs(tf) {
      const x = tf.tensor(values([batch, tokens, width]), [batch, tokens, width]);
      return tfjsStep(tf, shapes, scale, (p) => {
        const flat = (h, n) => tf.reshape(h, [batch * tokens, n]);
        const dense = (h, i) => tf.add(tf.matMul(h, p[i]), p[i + 1]);
        const split = (h) => tf.transpose(tf.reshape(h, [batch, tokens, heads, size]), [0, 2, 1, 3]);
        const norm = (h, i) => {
          const centred = tf.sub(h, tf.mean(h, -1, true));
          const deviation = tf.sqrt(tf.add(tf.mean(tf.square(centred), -1, true), 1e-5));
          return tf.add(tf.mul(tf.div(centred, deviation), p[i]), p[i + 1]);
        };
        const rows = flat(x, width);
        const [q, k, v] = [0, 2, 4].map((i) => split(dense(rows, i)));
        const weights = tf.softmax(tf.mul(tf.matMul(q, k, false, true), 1 / Math.sqrt(size)));
        const attended = flat(tf.transpose(tf.matMul(weights, v), [0, 2, 1, 3]), width);
        const h = norm(tf.add(rows, dense(attended, 6)), 8);
        const out = norm(tf.add(h, dense(tf.relu(dense(h, 12)), 14)), 10);
        return tf.mean(tf.square(out));
      });
    },
    jax(jax) {
      const { numpy: np, nn } = jax;
      const x = np.array(values([batch, tokens, width])).reshape([batch, tokens, width]);
      return jaxStep(jax, shapes, scale, (p) => {
        const dense = (h, i) => np.matmul(h, p[i]).add(p[i + 1]);
        const split = (h) => h.reshape([batch, tokens, heads, size]).transpose([0, 2, 1, 3]);
        const norm = (h, i) =>
          nn
            .standardize(h)
            .mul(p[i])
            .add(p[i + 1]);
        const [q, k, v] = [0, 2, 4].map((i) => split(dense(x.ref, i)));
        const scores = np.matmul(q, k.transpose([0, 1, 3, 2])).mul(1 / Math.sqrt(size));
        const attended = np.matmul(nn.softmax(scores), v).transpose([0, 2, 1, 3]);
        const h = norm(x.ref.add(dense(attended.reshape([batch, tokens, width]), 6)), 8);
        const out = norm(h.ref.add(dense(nn.relu(dense(h, 12)), 14)), 10);
        return np.square(out).mean();
      });
    },
  },
};
