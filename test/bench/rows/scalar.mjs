// A graph of single numbers: nothing but the cost of recording and sweeping.

const OPERATIONS = 10_000;

/** x ← tanh(x · w + b), again and again. */
function chain(x, w, b, { mul, add, tanh }) {
  let out = x;
  for (let i = 0; i + 3 <= OPERATIONS; i += 3) out = tanh(add(mul(out, w), b));
  return out;
}

export const rows = {
  "scalar graph of 10,000 operations": {
    order: 20,
    ours(g) {
      const [x, w, b] = [0.3, 0.5, 0.1].map((value) => g.parameter(value));
      return () => {
        chain(x, w, b, g).backward();
        for (const p of [x, w, b]) p.grad = null;
      };
    },
    tfjs(tf) {
      const inputs = [0.3, 0.5, 0.1].map((value) => tf.scalar(value));
      const gradients = tf.grads((x, w, b) => chain(x, w, b, tf));
      return () => {
        tf.tidy(() => {
          for (const each of gradients(inputs)) each.dataSync();
        });
      };
    },
  },
};
