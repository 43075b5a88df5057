// Forward and backward pass of ResNet-18 on one image of 3 × 64 × 64, in training mode.
import { ourStep, values } from "../data.mjs";

const stages = [64, 128, 256, 512];

export const rows = {
  "ResNet-18, one image of 3×64×64": {
    order: 40,
    threads: true,
    ours(g) {
      const parameters = [];
      const make = (shape, scale) => {
        const p = g.parameter(values(shape, scale, parameters.length + 1), { shape });
        parameters.push(p);
        return p;
      };
      const convolution = (from, to, kernel, stride) => {
        const w = make([to, from, kernel, kernel], Math.sqrt(3 / (from * kernel * kernel)));
        const [gain, shift] = [g.parameter(new Float32Array(to).fill(1)), make([to], 0)];
        parameters.push(gain);
        return (h) => g.batchNorm(g.conv2d(h, w, { stride, padding: kernel >> 1 }), gain, shift);
      };
      const block = (from, to, stride) => {
        const [first, second] = [convolution(from, to, 3, stride), convolution(to, to, 3, 1)];
        const shortcut = stride === 1 ? (h) => h : convolution(from, to, 1, stride);
        return (h) => g.relu(g.add(second(g.relu(first(h))), shortcut(h)));
      };
      const stem = convolution(3, 64, 7, 2);
      const blocks = stages.flatMap((n, i) => [
        block(i === 0 ? 64 : n / 2, n, i === 0 ? 1 : 2),
        block(n, n, 1),
      ]);
      const [w, b] = [make([512, 1000], 0.05), make([1000], 0.05)];
      const x = g.tensor(values([1, 3, 64, 64]), { shape: [1, 3, 64, 64] });
      const y = g.tensor(Int32Array.of(7));
      return ourStep(parameters, () => {
        let h = g.maxPool2d(g.relu(stem(x)), 3, { stride: 2, padding: 1 });
        for (const each of blocks) h = each(h);
        const pooled = g.mean(h, { dim: [2, 3] });
        return g.crossEntropy(g.add(g.matmul(pooled, w), b), y);
      });
    },
  },
};
