/** Functions of each element, and dropout: parts for tensors of any shape. */
import * as g from "../../engine/index";
import type { Draw } from "./draw";
import { type Maker, type Part, part, show } from "./part";

type Unary = (x: g.Tensor) => g.Tensor;

const plain: Readonly<Record<string, Unary>> = {
  "relu(x)": g.relu,
  "relu6(x)": g.relu6,
  "selu(x)": g.selu,
  "gelu(x)": (x) => g.gelu(x),
  'gelu(x, { approximate: "tanh" })': (x) => g.gelu(x, { approximate: "tanh" }),
  "silu(x)": g.silu,
  "mish(x)": g.mish,
  "softplus(x)": (x) => g.softplus(x),
  "softsign(x)": g.softsign,
  "sigmoid(x)": g.sigmoid,
  "logSigmoid(x)": g.logSigmoid,
  "tanh(x)": g.tanh,
  "hardtanh(x)": (x) => g.hardtanh(x),
  "erf(x)": g.erf,
  "sin(x)": g.sin,
  "cos(x)": g.cos,
  "atan(x)": g.atan,
  "asinh(x)": g.asinh,
  "abs(x)": g.abs,
  "neg(x)": g.neg,
  "square(tanh(x))": (x) => g.square(g.tanh(x)),
  "exp(tanh(x))": (x) => g.exp(g.tanh(x)),
  "expm1(sin(x))": (x) => g.expm1(g.sin(x)),
  "log(x² + 1)": (x) => g.log(g.add(g.square(x), 1)),
  "log1p(abs(x))": (x) => g.log1p(g.abs(x)),
  "sqrt(x² + 0.1)": (x) => g.sqrt(g.add(g.square(x), 0.1)),
  "rsqrt(x² + 0.5)": (x) => g.rsqrt(g.add(g.square(x), 0.5)),
  "1 / (x² + 1)": (x) => g.div(1, g.add(g.square(x), 1)),
  "reciprocal(softplus(x) + 0.2)": (x) => g.reciprocal(g.add(g.softplus(x), 0.2)),
  "pow(sigmoid(x), 1.7)": (x) => g.pow(g.sigmoid(x), 1.7),
  "pow(x, 3) / (1 + x²)": (x) => g.div(g.pow(x, 3), g.add(1, g.square(x))),
  "x · sigmoid(x)": (x) => g.mul(x, g.sigmoid(x)),
  "x · x / (1 + |x|)": (x) => g.div(g.mul(x, x), g.add(1, g.abs(x))),
  "atan2(x, 1.5)": (x) => g.atan2(x, 1.5),
  "hypot(x, 0.7)": (x) => g.hypot(x, 0.7),
  "asin(0.9 · tanh(x))": (x) => g.asin(g.mul(0.9, g.tanh(x))),
  "sinh(tanh(x))": (x) => g.sinh(g.tanh(x)),
  "cosh(sin(x))": (x) => g.cosh(g.sin(x)),
  "tan(0.5 · sin(x))": (x) => g.tan(g.mul(0.5, g.sin(x))),
  "log10(x² + 2)": (x) => g.log10(g.add(g.square(x), 2)),
};

const optional: Readonly<Record<string, (draw: Draw) => [object, Unary]>> = {
  leakyRelu: (draw) => withOptions({ negativeSlope: draw.between(0.01, 0.4) }, g.leakyRelu),
  elu: (draw) => withOptions({ alpha: draw.between(0.3, 2) }, g.elu),
  celu: (draw) => withOptions({ alpha: draw.between(0.3, 2) }, g.celu),
  softplus: (draw) => withOptions({ beta: draw.between(0.5, 3), threshold: draw.pick([5, 20]) }, g.softplus),
  hardtanh: (draw) =>
    withOptions({ minVal: -draw.between(0.3, 2), maxVal: draw.between(0.3, 2) }, g.hardtanh),
  clamp: (draw) => withOptions({ min: -draw.between(0.3, 2), max: draw.between(0.3, 2) }, g.clamp),
};

function withOptions<O extends object>(options: O, fn: (x: g.Tensor, options: O) => g.Tensor): [O, Unary] {
  return [options, (x) => fn(x, options)];
}

const layers: Readonly<Record<string, () => { forward(x: g.Tensor): g.Tensor }>> = {
  ReLU: () => new g.nn.ReLU(),
  ReLU6: () => new g.nn.ReLU6(),
  LeakyReLU: () => new g.nn.LeakyReLU(),
  ELU: () => new g.nn.ELU(),
  SELU: () => new g.nn.SELU(),
  GELU: () => new g.nn.GELU(),
  SiLU: () => new g.nn.SiLU(),
  Mish: () => new g.nn.Mish(),
  Softplus: () => new g.nn.Softplus(),
  Softsign: () => new g.nn.Softsign(),
  Sigmoid: () => new g.nn.Sigmoid(),
  LogSigmoid: () => new g.nn.LogSigmoid(),
  Tanh: () => new g.nn.Tanh(),
  Softmax: () => new g.nn.Softmax(),
  LogSoftmax: () => new g.nn.LogSoftmax(),
  Identity: () => new g.nn.Identity(),
};

/** An activation, as a function or as a layer. */
export function activation(draw: Draw): Part {
  const kind = draw.integer(0, 9);
  if (kind < 3) {
    const name = draw.pick(Object.keys(layers));
    const layer = layers[name]?.() ?? new g.nn.Identity();
    return part(`new nn.${name}()`, (x) => layer.forward(x));
  }
  if (kind < 5) {
    const name = draw.pick(Object.keys(optional));
    const [options, run] = optional[name]?.(draw) ?? [{}, g.relu];
    return part(`${name}(x, ${show(options)})`, run);
  }
  const text = draw.pick(Object.keys(plain));
  return part(text, plain[text] ?? g.relu);
}

const dropped: Maker = (draw) => {
  const p = draw.pick([0.1, 0.3, 0.5]);
  const layer = new g.nn.Dropout(p);
  return draw.chance(0.5)
    ? part(`new nn.Dropout(${p})`, (x) => layer.forward(x))
    : part(`dropout(x, { p: ${p} })`, (x) => g.dropout(x, { p }));
};

/** Shapes that broadcast against `shape`. */
function broadcastable(draw: Draw, shape: readonly number[]): number[] {
  const some = shape.map((n) => (draw.chance(0.4) ? 1 : n));
  return some.slice(draw.integer(0, shape.length));
}

const withParameter: Maker = (draw, x) => {
  const shape = broadcastable(draw, x.shape);
  const p = draw.parameter(shape, draw.pick([0.3, 1]));
  const named: Readonly<Record<string, Unary>> = {
    "x + p": (y) => g.add(y, p),
    "p − x": (y) => g.sub(p, y),
    "x · p": (y) => g.mul(y, p),
    "x / (p² + 0.5)": (y) => g.div(y, g.add(g.square(p), 0.5)),
    "p / (x² + 1)": (y) => g.div(p, g.add(g.square(y), 1)),
    "pow(sigmoid(x) + 0.1, p)": (y) => g.pow(g.add(g.sigmoid(y), 0.1), p),
    "maximum(x, p)": (y) => g.maximum(y, p),
    "minimum(p, x)": (y) => g.minimum(p, y),
    "x · sigmoid(p) + tanh(p)": (y) => g.add(g.mul(y, g.sigmoid(p)), g.tanh(p)),
    "where(x > p, x, 0.2 · p)": (y) => g.where(g.gt(y, p), y, g.mul(0.2, p)),
    "atan2(x, p² + 1)": (y) => g.atan2(y, g.add(g.square(p), 1)),
    "hypot(x, p² + 0.1)": (y) => g.hypot(y, g.add(g.square(p), 0.1)),
  };
  const text = draw.pick(Object.keys(named));
  return part(`${text}, p: [${shape}]`, named[text] ?? g.relu);
};

const masked: Maker = (draw, x) => {
  const mask = draw.mask(x.shape);
  return draw.chance(0.5)
    ? part("maskedFill(x, mask, 0.5)", (y) => g.maskedFill(y, mask, 0.5))
    : part("where(mask, x, tanh(x))", (y) => g.where(mask, y, g.tanh(y)));
};

const scaled: Maker = (draw) => {
  const factor = draw.scale(-1, 1);
  return part(`x · ${factor}`, (x) => g.mul(x, factor));
};

/** Parts for tensors of any shape. */
export const pointwise: readonly Maker[] = [
  activation,
  activation,
  activation,
  activation,
  dropped,
  withParameter,
  withParameter,
  masked,
  scaled,
];
