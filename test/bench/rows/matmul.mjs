// Matrix products.
import { values } from "../data.mjs";

function product(n, order) {
  return {
    order,
    flops: 2 * n ** 3,
    threads: true,
    ours(g) {
      const [x, y] = [1, 2].map((seed) => g.tensor(values([n, n], 1, seed), { shape: [n, n] }));
      return () => g.matmul(x, y);
    },
    tfjs(tf) {
      const [x, y] = [1, 2].map((seed) => tf.tensor(values([n, n], 1, seed), [n, n]));
      return () => tf.matMul(x, y).dispose();
    },
    jax(jax) {
      const [x, y] = [1, 2].map((seed) => jax.numpy.array(values([n, n], 1, seed)).reshape([n, n]));
      return async () => {
        const out = jax.numpy.matmul(x.ref, y.ref);
        await out.blockUntilReady();
        out.dispose();
      };
    },
  };
}

const wide = {
  order: 4,
  flops: 2 * 512 ** 3,
  threads: true,
  ours(g) {
    const [x, y] = [1, 2].map((seed) =>
      g.tensor(values([512, 512], 1, seed), { shape: [512, 512], dtype: "float64" }),
    );
    return () => g.matmul(x, y);
  },
  jax(jax) {
    const make = (seed) =>
      jax.numpy.array(Float64Array.from(values([512, 512], 1, seed))).reshape([512, 512]);
    const [x, y] = [make(1), make(2)];
    return async () => {
      const out = jax.numpy.matmul(x.ref, y.ref);
      await out.blockUntilReady();
      out.dispose();
    };
  },
};

export const rows = {
  "matmul 256 f32": product(256, 1),
  "matmul 512 f32": product(512, 2),
  "matmul 1024 f32": product(1024, 3),
  "matmul 512 f64": wide,
};
