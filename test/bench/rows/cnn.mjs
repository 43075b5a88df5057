// Forward and backward pass of a small convolutional network on 32 images of 28 × 28.
import { jaxStep, labels, ourParameters, ourStep, tfjsStep, values } from "../data.mjs";

const [batch, classes, scale] = [32, 10, 0.1];
const shapes = [[8, 1, 3, 3], [8], [16, 8, 3, 3], [16], [400, classes], [classes]];

export const rows = {
  "CNN, 32 images of 28×28": {
    order: 30,
    threads: true,
    ours(g) {
      const x = g.tensor(values([batch, 1, 28, 28]), { shape: [batch, 1, 28, 28] });
      const y = g.tensor(labels(batch, classes));
      const p = ourParameters(g, shapes, scale);
      return ourStep(p, () => {
        const h1 = g.maxPool2d(g.relu(g.conv2d(x, p[0], p[1])), 2);
        const h2 = g.maxPool2d(g.relu(g.conv2d(h1, p[2], p[3])), 2);
        return g.crossEntropy(g.add(g.matmul(g.reshape(h2, [batch, 400]), p[4]), p[5]), y);
      });
    },
    tfjs(tf) {
      // tfjs wants channels last, and [height, width, in, out] for weights.
      const x = tf.tensor(values([batch, 28, 28, 1]), [batch, 28, 28, 1]);
      const y = tf.oneHot(tf.tensor1d(labels(batch, classes), "int32"), classes).toFloat();
      const theirs = [[3, 3, 1, 8], [8], [3, 3, 8, 16], [16], [400, classes], [classes]];
      return tfjsStep(tf, theirs, scale, (p) => {
        const h1 = tf.maxPool(tf.relu(tf.add(tf.conv2d(x, p[0], 1, "valid"), p[1])), 2, 2, "valid");
        const h2 = tf.maxPool(tf.relu(tf.add(tf.conv2d(h1, p[2], 1, "valid"), p[3])), 2, 2, "valid");
        return tf.losses.softmaxCrossEntropy(y, tf.add(tf.matMul(tf.reshape(h2, [batch, 400]), p[4]), p[5]));
      });
    },
    jax(jax) {
      const { numpy: np, nn, lax } = jax;
      const x = np.array(values([batch, 1, 28, 28])).reshape([batch, 1, 28, 28]);
      const y = nn.oneHot(np.array(labels(batch, classes)), classes);
      const pool = (h) => lax.reduceWindow(h, np.max, [2, 2], [2, 2]);
      const layer = (h, w, b, n) =>
        pool(nn.relu(lax.conv(h, w, [1, 1], "VALID").add(b.reshape([1, n, 1, 1]))));
      return jaxStep(jax, shapes, scale, (p) => {
        const h = layer(layer(x.ref, p[0], p[1], 8), p[2], p[3], 16);
        const out = np.matmul(h.reshape([batch, 400]), p[4]).add(p[5]);
        return nn
          .logSoftmax(out)
          .mul(y.ref)
          .sum()
          .mul(-1 / batch);
      });
    },
  },
};
