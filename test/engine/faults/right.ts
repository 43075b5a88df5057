/** Right backward passes at the places where checks give false alarms. */
import * as g from "../../../engine/index";
import type { Verdict } from "../../../engine/report";
import { type Case, lossOf, rightBackward, wave } from "./case";

type Fn = (w: g.Tensor) => g.Tensor;

function right(name: string, values: g.Tensor, model: Fn, expected: readonly Verdict[] = ["ok"]): Case {
  return { name, values, model, expected, culprit: null };
}

const total = (x: g.Tensor) => g.sum(g.mul(x, g.add(g.sin(wave(x.shape, 3)), 1.5)));
const at = (...values: number[]) => g.tensor(Float64Array.from(values));

const smooth: Readonly<Record<string, Fn>> = {
  exp: (w) => g.exp(w),
  sin: (w) => g.sin(w),
  tanh: (w) => g.tanh(w),
  sigmoid: (w) => g.sigmoid(w),
  softplus: (w) => g.softplus(w),
  gelu: (w) => g.gelu(w),
  cube: (w) => g.mul(w, g.square(w)),
  softmax: (w) => g.softmax(w, { dim: -1 }),
  logSoftmax: (w) => g.logSoftmax(w, { dim: -1 }),
};

/** Every smooth function at usual, large and tiny values, with tiny gradients, and as a custom operation. */
const everywhere = Object.entries(smooth).flatMap(([name, fn]) => [
  right(name, wave([3, 4]), (w) => total(fn(w))),
  right(`${name} at tiny values`, g.mul(wave([6], 2), 1e-6), (w) => total(fn(w))),
  right(`${name}, gradients of 1e-9`, wave([3, 4], 3), (w) => g.mul(total(fn(w)), 1e-9)),
  right(`${name}, gradients of 1e-12`, wave([5], 4), (w) => g.mul(total(fn(w)), 1e-12)),
  right(`${name} as a custom operation`, wave([3, 4], 5), lossOf(fn, rightBackward(fn))),
]);

const scales: readonly Case[] = [
  right("squares of large values", at(3e4, -5e5, 1e6), (w) => g.sum(g.square(w))),
  right("values of very different size", at(1e-8, 1, 1e5), (w) => g.sum(g.mul(g.square(w), at(1, 2, 1e-3)))),
  right("a steep function", at(0.01, 0.02, 0.05), (w) => g.sum(g.sin(g.mul(w, 300)))),
  right("a large constant beside it", wave([4]), (w) => g.add(total(g.sin(w)), 1e4)),
  right("saturated sigmoids", at(9, -12, 15), (w) => total(g.sigmoid(w)), ["ok", "noise-floor"]),
  right("saturated tanh", at(6, -7, 8), (w) => total(g.tanh(w)), ["ok", "noise-floor"]),
  right("nine sigmoids in a row", wave([4]), (w) =>
    total(Array.from({ length: 9 }).reduce<g.Tensor>((x) => g.sigmoid(x), w)),
  ),
];

const kinks: readonly Case[] = [
  right("relu close to its kink", at(1e-7, -1e-7, 1), (w) => total(g.relu(w))),
  right("relu a little further", at(1e-5, -1e-4, 1e-3), (w) => total(g.relu(w))),
  right("abs close to its kink", at(1e-8, -1e-6, 0.5), (w) => total(g.abs(w))),
  right("relu at 0", at(0, 1, -1), (w) => total(g.relu(w)), ["kink"]),
  right("abs at 0", at(0, 2), (w) => total(g.abs(w)), ["kink"]),
  right("hinge loss", at(0.3, 1.2, -0.4), (w) => g.sum(g.relu(g.sub(1, g.mul(w, at(1, 1, -1)))))),
  right("maximum with a close second", at(1, 1 + 1e-6, 0), (w) => g.amax(g.mul(w, at(2, 2, 1)))),
  right("max pooling", wave([1, 1, 4, 4]), (w) => total(g.maxPool2d(w, 2))),
  right("clamped", at(-2, 0.5, 3), (w) => total(g.clamp(w, { min: -1, max: 1 }))),
  right("a cube of sizes", at(0.3, -1, 2, 0.7), (w) => g.sum(g.mul(g.square(w), g.abs(w)))),
];

const shapes: readonly Case[] = [
  right("broadcast rows", wave([4]), (w) => total(g.mul(w, wave([3, 4], 6)))),
  right("broadcast columns", wave([3, 1]), (w) => total(g.sin(g.add(w, wave([3, 4], 7))))),
  right("used three times", wave([3]), (w) => g.sum(g.mul(g.exp(w), g.mul(w, g.sin(w))))),
  right("matrix products", wave([3, 3]), (w) => total(g.matmul(w, g.matmul(w, wave([3, 2], 8))))),
  right("a convolution", wave([2, 1, 3, 3]), (w) =>
    total(g.conv2d(wave([2, 1, 6, 6], 9), w, { padding: 1, stride: 2 })),
  ),
  right("layer norm", wave([3, 4]), (w) => total(g.layerNorm(w, { normalizedShape: [4] }))),
  right("cross entropy", wave([4, 3]), (w) => g.crossEntropy(w, g.tensor(Int32Array.of(0, 2, 1, 1)))),
  right("slices", wave([6]), (w) => total(g.square(g.narrow(w, 0, 2, 3)))),
  right("permuted", wave([2, 3, 4]), (w) => total(g.sin(g.permute(w, [2, 0, 1])))),
  right("joined", wave([3]), (w) => total(g.square(g.cat([w, g.mul(w, 2)], { dim: 0 })))),
  right("not used at all", wave([3]), (w) => g.sum(g.mul(w, 0)), ["vacuous"]),
  right("dead units", at(-1, -2), (w) => g.sum(g.relu(w)), ["vacuous"]),
];

export const rightOnes: readonly Case[] = [...everywhere, ...scales, ...kinks, ...shapes];
