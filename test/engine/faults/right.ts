/** Right backward passes at which a check may go astray: kinks, scales, noise, saturation, ties, depth. */
import * as g from "../../../engine/index";
import type { Verdict } from "../../../engine/report";
import type { Sampler } from "../../../engine/sampler";
import {
  count,
  custom,
  like,
  matrix,
  mine,
  positive,
  square as squareMatrix,
  T,
  type TapeTrial,
  type Trials,
  trial,
} from "./trial";

const { abs, add, cos, div, exp, log, matmul, mean, mul, neg, sin, square, sub, sum, tanh } = g;
type X = g.Tensor;

const values = (...numbers: number[]) => g.tensor(numbers, { dtype: "float64" });
const of = (x: X, f: (x: X) => X, ...verdicts: Verdict[]): TapeTrial =>
  trial([x], (v) => f(v as X), verdicts.length > 0 ? { verdicts } : {});
const repeat = (x: X, times: number, f: (x: X, i: number) => X) => {
  let h = x;
  for (let i = 0; i < times; i++) h = f(h, i);
  return h;
};
/** Small numbers of either sign at distances from `low` to `high` from 0. */
const near = (r: Sampler, low: number, high: number) => r.awayFromZero([7], low, high);

export const kinks: Trials = {
  "abs at 1e-7 from its kink": (r) => of(near(r, 1e-7, 3e-7), abs),
  "abs at 1e-9 from its kink": (r) => of(near(r, 1e-9, 1e-8), (x) => abs(x)),
  "abs beside numbers of size 1": (r) => {
    const x = matrix(r, 2, 3);
    x.data[2] = 3e-8;
    return of(x, abs);
  },
  "relu close to 0": (r) => of(near(r, 1e-6, 1e-5), g.relu),
  "relu of a difference that nearly vanishes": (r) => {
    const x = positive(r);
    return of(x, (v) =>
      g.relu(
        sub(
          v,
          like(x, (i) => (x.data[i] as number) - 2e-7),
        ),
      ),
    );
  },
  "clamp close to its bound": () =>
    of(values(0.9999999, 1.0000001, -0.9999998, 0.3), (x) => g.clamp(x, { min: -1, max: 1 })),
  "maximum of numbers that nearly tie": (r) => {
    const x = r.uniform([5]);
    return trial([x, add(x, 1e-7).detach()], (a, b) => g.maximum(a as X, b as X));
  },
  "row maximum with a near tie": () => of(values(1, 1 + 1e-8, 0.2, -1), (x) => g.amax(x)),
  "max pooling with near ties": () =>
    of(g.tensor([[[0.5, 0.5000001, 0.1, 0.3, 0.3000002, 0.29]]], { dtype: "float64" }), (x) =>
      g.maxPool1d(x, 2),
    ),
  "sort with near ties": () => of(values(0.3, 0.3000001, -1, 2), (x) => g.sort(x)[0]),
  "hinge close to its margin": (r) => of(add(near(r, 1e-7, 2e-7), 1).detach(), (x) => g.relu(sub(1, x))),
  "L1 loss with a tiny residual": (r) => {
    const y = r.uniform([6]);
    return of(add(y, 1e-8).detach(), (x) => g.l1Loss(x, y.detach()));
  },
  "leaky relu close to 0": (r) => of(near(r, 1e-7, 1e-6), (x) => g.leakyRelu(x)),
  "hardtanh close to its corner": () => of(values(1 - 1e-9, -1 + 1e-8, 0.5), (x) => g.hardtanh(x)),
  "Huber loss at its seam, which is smooth": () =>
    of(values(1, -1, 0.5, 2), (x) => g.huberLoss(x, mul(x, 0).detach(), { reduction: "none" })),
  "elu at 0, which is smooth for α = 1": () => of(values(0, 1, -1), (x) => g.elu(x), "ok"),
  "x·|x| at 0, which is smooth": () => of(values(0, 0.5, -2), (x) => mul(x, abs(x)), "ok", "kink"),
  "abs at 0": () => of(values(0, 1, -2), abs, "kink"),
  "relu at 0": () => of(values(0, 1, -2), g.relu, "kink"),
  "tie in max pooling": () =>
    of(g.tensor([[[0.5, 0.5, 0.1, 0.3]]], { dtype: "float64" }), (x) => g.maxPool1d(x, 2), "kink"),
  "tie of a maximum": () =>
    trial([values(0.4, 1), values(0.4, 2)], (a, b) => g.maximum(a as X, b as X), { verdicts: ["kink"] }),
  "clamp at its bound": () => of(values(1, 0.4, 3), (x) => g.clamp(x, { min: 0, max: 1 }), "kink"),
  "L1 loss without a residual": () => of(values(0.5, -0.25), (x) => g.l1Loss(x, values(0.5, 1)), "kink"),
};

export const scales: Trials = {
  "inputs of size 1e6": (r) => of(r.awayFromZero([6], 1e5, 1e6), (x) => sin(div(x, 1e5))),
  "inputs of size 1e12": (r) => of(r.awayFromZero([5], 1e11, 1e12), (x) => square(div(x, 1e12))),
  "inputs of size 1e-12": (r) => of(r.awayFromZero([5], 1e-13, 1e-12), (x) => tanh(mul(x, 1e12))),
  "inputs of mixed size": () => of(values(1e-8, 3e-3, 1, 4e5, -2e7), (x) => g.log1p(square(x))),
  "gradients of 1e-12": (r) => of(matrix(r), (x) => mul(sin(x), 1e-12)),
  "gradients of 1e-30": (r) => of(matrix(r), (x) => mul(exp(x), 1e-30)),
  "gradients of 1e9": (r) => of(matrix(r), (x) => mul(tanh(x), 1e9)),
  "small gradient under a large constant": (r) => of(r.uniform([4]), (x) => add(mul(sin(x), 1e-4), 1e3)),
  "gradient below the rounding of the loss": (r) =>
    of(r.uniform([3]), (x) => add(mul(sin(x), 1e-17), 1), "noise-floor"),
  "logarithm near 0": () => of(values(1e-9, 2e-7, 1e-3), log),
  "1/x near 0": () => of(values(1e-5, -2e-4, 0.1), (x) => div(1, x)),
  "root near 0": () => of(values(1e-12, 4e-9, 0.5), g.sqrt),
  "exp of 40": () => of(values(40, 30, -40, 1), exp),
  "x^20": (r) => of(r.awayFromZero([5], 0.5, 2), (x) => g.pow(x, 20)),
  "tan near its pole": () => of(values(1.57, -1.5, 0.3), g.tan),
  "asin near 1": () => of(values(0.999999, -0.99, 0.1), g.asin),
  "sin(300 x)": (r) => of(r.uniform([5], 0, 0.02), (x) => sin(mul(x, 300))),
  "sin(1/x)": (r) => of(r.uniform([4], 0.02, 0.05), (x) => sin(div(1, x))),
  "minimum of a parabola": () => of(values(1, 1, 1), (x) => square(sub(x, 1)), "vacuous", "ok"),
  "minimum in one coordinate": () => of(values(1, 0.4, 2), (x) => square(sub(x, 1))),
  "saturated sigmoid": () => of(values(30, -30, 12, 0.5), g.sigmoid),
  "saturated tanh": () => of(values(15, -12, 9, 1), tanh),
  "saturated softmax": () =>
    of(
      g.tensor(
        [
          [50, -50, 0],
          [20, 21, -3],
        ],
        { dtype: "float64" },
      ),
      (x) => g.softmax(x, { dim: 1 }),
    ),
  "cross entropy that is sure": () =>
    of(
      g.tensor(
        [
          [40, 0, -5],
          [1, 35, 2],
        ],
        { dtype: "float64" },
      ),
      (x) => g.crossEntropy(x, g.tensor([0, 1], { dtype: "int32" })),
    ),
  "logsumexp of large numbers": () => of(values(1000, 1001, 998), (x) => g.logsumexp(x)),
  "logistic loss of large logits": () =>
    of(values(60, -45, 3), (x) => sub(g.softplus(x), mul(x, values(1, 0, 1)))),
};

export const noise: Trials = {
  "cancelling terms": (r) => of(matrix(r), (x) => sub(add(x, 1e6), 1e6)),
  "terms that cancel altogether": (r) => of(matrix(r), (x) => sub(exp(x), exp(x)), "vacuous"),
  "difference of two exponentials": (r) => of(matrix(r), (x) => sub(exp(add(x, 1e-3)), exp(x))),
  "variance of data around 1e4": (r) => of(add(r.uniform([8]), 1e4).detach(), (x) => g.var(x)),
  "ten thousand added numbers": (r) => {
    const many = r.uniform([10000]).detach();
    return of(r.uniform([3]), (x) => sum(sin(mul(g.unsqueeze(x, 1), many)), { dim: 1 }));
  },
  "chaotic iteration": (r) =>
    of(r.uniform([3], 0.2, 0.8), (x) => repeat(x, 12, (v) => mul(3.7, mul(v, sub(1, v))))),
  "deep chain of tanh": (r) => of(matrix(r), (x) => repeat(x, 40, (v) => tanh(mul(v, 1.1)))),
  "deep chain of sigmoids": (r) => of(matrix(r), (x) => repeat(x, 14, g.sigmoid)),
  "product of fifty factors": (r) => of(r.uniform([50], 0.6, 1.5), (x) => g.prod(x)),
  "forward pass in single precision": (r) =>
    mine(
      [matrix(r)],
      (x) => like(x as X, (i) => Math.fround(Math.sin((x as X).data[i] as number))),
      ({ grad, inputs: [x] }) => mul(grad, cos(x as X)),
    ),
  "own series for exp": (r) =>
    mine(
      [r.uniform([5], -2, 2)],
      (x) => like(x as X, (i) => series((x as X).data[i] as number)),
      ({ grad, output }) => mul(grad, output),
    ),
  "Newton's root in a loop": (r) =>
    of(positive(r), (x) => repeat(mul(x, 0.5), 12, (v) => mul(0.5, add(v, div(x, v))))),
  "steep bump": (r) => of(r.uniform([5], -0.2, 0.2), (x) => exp(neg(square(mul(x, 20))))),
  "Rosenbrock's valley": (r) =>
    of(r.uniform([4]), (x) =>
      sum(
        add(
          mul(100, square(sub(g.narrow(x, 0, 1, 3), square(g.narrow(x, 0, 0, 3))))),
          square(sub(1, g.narrow(x, 0, 0, 3))),
        ),
      ),
    ),
  "determinant that nearly vanishes": () =>
    of(
      g.tensor(
        [
          [1, 2],
          [2, 4.00001],
        ],
        { dtype: "float64" },
      ),
      (x) => g.det(x),
    ),
};

export const structure: Trials = {
  "dropout with its mask": (r) => of(r.uniform([12]), (x) => square(g.dropout(x, 0.4))),
  "own dropout": (r) =>
    mine(
      [r.uniform([9])],
      (x) =>
        mul(
          x as X,
          like(x as X, (i) => (i % 3 ? 1.5 : 0)),
        ),
      ({ grad }) =>
        mul(
          grad,
          like(grad, (i) => (i % 3 ? 1.5 : 0)),
        ),
    ),
  "value used three times": (r) => of(matrix(r), (x) => mul(x, mul(sin(x), exp(x)))),
  "broadcast bias": (r) => trial([matrix(r, 4, 3), r.uniform([3])], (x, b) => tanh(add(x as X, b as X))),
  "broadcast in both directions": (r) =>
    trial([r.uniform([4, 1]), r.uniform([1, 3])], (a, b) => sin(mul(a as X, b as X))),
  "one number against a matrix": (r) => {
    const x = matrix(r).detach();
    return of(r.uniform([]), (s) => exp(mul(s, x)));
  },
  "embedding with repeated rows": (r) =>
    of(matrix(r, 4, 3), (x) => sin(g.indexSelect(x, 0, g.tensor([1, 1, 3, 1], { dtype: "int32" })))),
  "row that is never looked up": (r) =>
    of(matrix(r, 3, 2), (x) => square(g.embedding(g.tensor([0, 2, 0], { dtype: "int32" }), x))),
  "integer targets": (r) => of(matrix(r, 4, 5), (x) => g.crossEntropy(x, r.integers([4], 1))),
  "convolution with padding, stride and dilation": (r) =>
    trial([r.uniform([1, 2, 7]), r.uniform([2, 2, 3])], (x, w) =>
      g.conv1d(x as X, w as X, null, { padding: 2, stride: 2, dilation: 2 }),
    ),
  "overlapping max pooling": (r) => of(r.distinct([1, 1, 5, 5]), (x) => g.maxPool2d(x, 3, { stride: 1 })),
  "average pooling with padding": (r) =>
    of(r.uniform([1, 1, 4, 4]), (x) => square(g.avgPool2d(x, 3, { stride: 2, padding: 1 }))),
  "batch norm over the batch": (r) =>
    of(matrix(r, 5, 3), (x) =>
      sin(
        div(
          sub(x, mean(x, { dim: 0 })),
          g.sqrt(add(mean(square(sub(x, mean(x, { dim: 0 }))), { dim: 0 }), 1e-5)),
        ),
      ),
    ),
  "layer norm": (r) => of(matrix(r, 3, 5), (x) => square(g.layerNorm(x, [5]))),
  "group norm": (r) => of(r.uniform([2, 4, 3]), (x) => sin(g.groupNorm(x, 2))),
  attention: (r) =>
    trial([r.uniform([3, 4]), r.uniform([3, 4]), r.uniform([3, 4])], (q, k, v) =>
      matmul(g.softmax(div(matmul(q as X, T(k as X)), 2), { dim: 1 }), v as X),
    ),
  inverse: (r) => {
    const x = squareMatrix(r);
    const n = x.shape[0] as number;
    for (let i = 0; i < n; i++) x.data[i * (n + 1)] = 4 + i;
    return of(x, (v) => g.inverse(v));
  },
  "einsum with a trace": (r) =>
    trial([r.uniform([3, 3]), r.uniform([3, 3])], (a, b) => g.einsum("ij,jk->ik", a as X, b as X)),
  "cumulative product through 0": () => of(values(0.5, 0, 2, -1), (x) => g.cumprod(x, { dim: 0 })),
  "product with one 0": () => of(values(0.5, 0, 2, -1), (x) => g.prod(x)),
  "where with constants": (r) => of(r.awayFromZero([8]), (x) => g.where(g.gt(x, 0), square(x), mul(x, 3))),
  "straight line through a custom operation": (r) =>
    trial(
      [matrix(r)],
      custom(
        (x) => mul(x as X, 3),
        ({ grad }) => mul(grad, 3),
      ),
    ),
  "recurrent network": (r) => {
    const steps = count(r, 3, 6);
    return trial([r.uniform([2, 3]), matrix(r, 3, 3)], (x, w) =>
      repeat(x as X, steps, (h) => tanh(matmul(h, w as X))),
    );
  },
  "residual blocks": (r) =>
    trial([r.uniform([2, 3]), matrix(r, 3, 3)], (x, w) =>
      repeat(x as X, 4, (h) => add(h, g.relu(matmul(h, w as X)))),
    ),
  "dead units": (r) => of(r.uniform([6], -2, -0.5), (x) => g.relu(x), "vacuous"),
  "parameter that plays no part": (r) =>
    trial([matrix(r), r.uniform([3])], (x) => sin(x as X), { verdicts: ["ok"] }),
  upsampling: (r) => of(r.uniform([1, 1, 3, 3]), (x) => sin(g.interpolate(x, { scaleFactor: 2 }))),
  "cosine similarity": (r) =>
    trial([r.uniform([3, 4], 0.3, 1), r.uniform([3, 4], 0.3, 1)], (a, b) =>
      g.cosineSimilarity(a as X, b as X, { dim: 1 }),
    ),
};

function series(x: number): number {
  let [term, total] = [1, 1];
  for (let k = 1; k < 30; k++) {
    term *= x / k;
    total += term;
  }
  return total;
}
