// Forward and backward pass of fully connected networks.
import { jaxStep, labels, ourParameters, ourStep, tfjsStep, values } from "../data.mjs";

/** A classifier with relu between its layers. */
function classifier(widths, batch, order) {
  const shapes = widths.slice(1).flatMap((n, i) => [[widths[i], n], [n]]);
  const [inputs, classes] = [widths[0], widths.at(-1)];
  const scale = 0.05;
  const layers = (p, x, affine, relu) => {
    let h = x;
    for (let i = 0; i < p.length; i += 2) h = affine(i === 0 ? h : relu(h), p[i], p[i + 1]);
    return h;
  };
  return {
    order,
    ours(g) {
      const x = g.tensor(values([batch, inputs]), { shape: [batch, inputs] });
      const y = g.tensor(labels(batch, classes));
      const p = ourParameters(g, shapes, scale);
      const affine = (h, w, b) => g.add(g.matmul(h, w), b);
      return ourStep(p, () => g.crossEntropy(layers(p, x, affine, g.relu), y));
    },
    tfjs(tf) {
      const x = tf.tensor(values([batch, inputs]), [batch, inputs]);
      const y = tf.oneHot(tf.tensor1d(labels(batch, classes), "int32"), classes).toFloat();
      const affine = (h, w, b) => tf.add(tf.matMul(h, w), b);
      return tfjsStep(tf, shapes, scale, (p) =>
        tf.losses.softmaxCrossEntropy(y, layers(p, x, affine, tf.relu)),
      );
    },
    jax(jax) {
      const { numpy: np, nn } = jax;
      const x = np.array(values([batch, inputs])).reshape([batch, inputs]);
      const y = nn.oneHot(np.array(labels(batch, classes)), classes);
      const affine = (h, w, b) => np.matmul(h, w).add(b);
      return jaxStep(jax, shapes, scale, (p) => {
        const out = layers(p, x.ref, affine, nn.relu);
        return nn
          .logSoftmax(out)
          .mul(y.ref)
          .sum()
          .mul(-1 / batch);
      });
    },
  };
}

const depth = 10;
const tanhShapes = Array.from({ length: depth }, () => [[32, 32], [32]]).flat();

const tanhLayers = {
  order: 11,
  ours(g) {
    const x = g.tensor(values([8, 32]), { shape: [8, 32] });
    const p = ourParameters(g, tanhShapes, 0.3);
    return ourStep(p, () => {
      let h = x;
      for (let i = 0; i < p.length; i += 2) h = g.tanh(g.add(g.matmul(h, p[i]), p[i + 1]));
      return g.mean(g.square(h));
    });
  },
  tfjs(tf) {
    const x = tf.tensor(values([8, 32]), [8, 32]);
    return tfjsStep(tf, tanhShapes, 0.3, (p) => {
      let h = x;
      for (let i = 0; i < p.length; i += 2) h = tf.tanh(tf.add(tf.matMul(h, p[i]), p[i + 1]));
      return tf.mean(tf.square(h));
    });
  },
  jax(jax) {
    const { numpy: np } = jax;
    const x = np.array(values([8, 32])).reshape([8, 32]);
    return jaxStep(jax, tanhShapes, 0.3, (p) => {
      let h = x.ref;
      for (let i = 0; i < p.length; i += 2) h = np.tanh(np.matmul(h, p[i]).add(p[i + 1]));
      return np.square(h).mean();
    });
  },
};

export const rows = {
  "MLP 784-128-64-10, batch 32": classifier([784, 128, 64, 10], 32, 10),
  "ten tanh layers of 32, batch 8": tanhLayers,
  "MLP 1024-1024-1024-10, batch 256": { ...classifier([1024, 1024, 1024, 10], 256, 12), threads: true },
};
