/** All losses with their reductions, at targets of random models. */
import * as g from "../../engine/index";
import type { Draw } from "./draw";
import { type Part, part, show } from "./part";

type Reduction = "mean" | "sum" | "none";
type Loss = (x: g.Tensor, options: { reduction: Reduction }) => g.Tensor;

interface Named {
  readonly text: string;
  readonly loss: Loss;
}

/** A target of x's shape, or one that broadcasts to it. */
function targetFor(draw: Draw, x: g.Tensor, make: (shape: readonly number[]) => g.Tensor): g.Tensor {
  if (draw.chance(0.85)) return make(x.shape);
  return make(draw.chance(0.5) ? x.shape.slice(1) : x.shape.map((n, d) => (d === 0 ? n : 1)));
}

const distances: Readonly<Record<string, (draw: Draw, y: g.Tensor) => Named>> = {
  mseLoss: (_, y) => ({ text: "mseLoss(x, y", loss: (x, o) => g.mseLoss(x, y, o) }),
  l1Loss: (_, y) => ({ text: "l1Loss(x, y", loss: (x, o) => g.l1Loss(x, y, o) }),
  smoothL1Loss: (draw, y) => {
    const beta = draw.between(0.2, 2);
    return { text: `smoothL1Loss(x, y, β = ${beta}`, loss: (x, o) => g.smoothL1Loss(x, y, { ...o, beta }) };
  },
  huberLoss: (draw, y) => {
    const delta = draw.between(0.2, 2);
    return { text: `huberLoss(x, y, δ = ${delta}`, loss: (x, o) => g.huberLoss(x, y, { ...o, delta }) };
  },
  logCosh: (_, y) => ({
    text: "log(cosh(x − y)) (",
    loss: (x, { reduction }) => reduce(softAbs(g.sub(x, y)), reduction),
  }),
};

function softAbs(x: g.Tensor): g.Tensor {
  return g.sub(g.add(g.abs(x), g.softplus(g.mul(g.abs(x), -2))), Math.LN2);
}

function reduce(x: g.Tensor, reduction: Reduction): g.Tensor {
  if (reduction === "none") return x;
  return reduction === "sum" ? g.sum(x) : g.mean(x);
}

function regression(draw: Draw, x: g.Tensor, scale: number): Named {
  const target = targetFor(draw, x, (shape) => draw.values(shape, scale));
  const name = draw.pick(Object.keys(distances));
  const made = distances[name]?.(draw, target);
  if (made === undefined) throw new Error(`no loss ${name}`);
  return { ...made, text: `${made.text}, y: [${target.shape}]` };
}

const betweenProbabilities: Readonly<Record<string, (draw: Draw, x: g.Tensor) => Named>> = {
  binaryCrossEntropy(draw, x) {
    const y = draw.chance(0.5)
      ? draw.probabilities(x.shape)
      : g.cast(draw.mask(x.shape), g.getDefaultDtype());
    return {
      text: "binaryCrossEntropy(sigmoid(x), y",
      loss: (z, o) => g.binaryCrossEntropy(g.sigmoid(z), y, o),
    };
  },
  binaryCrossEntropyWithLogits(draw, x) {
    const y = draw.chance(0.5)
      ? draw.probabilities(x.shape)
      : g.cast(draw.mask(x.shape), g.getDefaultDtype());
    const posWeight = draw.probabilities(x.shape.slice(-1));
    if (draw.chance(0.4)) {
      const loss: Loss = (z, o) => g.binaryCrossEntropyWithLogits(z, y, { ...o, posWeight });
      return { text: "binaryCrossEntropyWithLogits(x, y, posWeight", loss };
    }
    return {
      text: "binaryCrossEntropyWithLogits(x, y",
      loss: (z, o) => g.binaryCrossEntropyWithLogits(z, y, o),
    };
  },
  klDiv(draw, x) {
    const y = g.softmax(draw.values(x.shape), { dim: -1 });
    return { text: "klDiv(logSoftmax(x), y", loss: (z, o) => g.klDiv(g.logSoftmax(z, { dim: -1 }), y, o) };
  },
  klDivLog(draw, x) {
    const y = g.logSoftmax(draw.values(x.shape), { dim: -1 });
    const loss: Loss = (z, o) => g.klDiv(g.logSoftmax(z, { dim: -1 }), y, { ...o, logTarget: true });
    return { text: "klDiv(logSoftmax(x), y, logTarget", loss };
  },
};

const ofClasses: Readonly<Record<string, (draw: Draw, x: g.Tensor) => Named>> = {
  crossEntropy(draw, x) {
    const y = labels(draw, x);
    const labelSmoothing = draw.pick([0, 0, 0.1]);
    const ignoreIndex = draw.pick([-100, -100, 1]);
    const weight = draw.chance(0.25) ? draw.probabilities([x.shape[1] ?? 1]) : null;
    // Were all items ignored, the mean would be 0 / 0.
    if (y.data.every((c) => c === ignoreIndex)) y.data[0] = 0;
    const options = { labelSmoothing, ignoreIndex };
    return {
      text: `crossEntropy(x, classes${weight ? ", weight" : ""}, ${show(options)}`,
      loss: (z, o) => g.crossEntropy(z, y, weight, { ...o, ...options }),
    };
  },
  crossEntropyOfProbabilities(draw, x) {
    const y = g.softmax(draw.values(x.shape), { dim: 1 });
    return { text: "crossEntropy(x, probabilities", loss: (z, o) => g.crossEntropy(z, y, o) };
  },
  nllLoss(draw, x) {
    const y = labels(draw, x);
    return {
      text: "nllLoss(logSoftmax(x, 1), classes",
      loss: (z, o) => g.nllLoss(g.logSoftmax(z, { dim: 1 }), y, o),
    };
  },
  multiMarginLoss(draw, x) {
    if (x.ndim !== 2) return ofClasses.nllLoss?.(draw, x) ?? regression(draw, x, 1);
    const y = labels(draw, x);
    const options = { p: draw.pick([1, 2] as const), margin: draw.between(0.3, 2) };
    return {
      text: `multiMarginLoss(x, classes, ${show(options)}`,
      loss: (z, o) => g.multiMarginLoss(z, y, { ...o, ...options }),
    };
  },
};

function labels(draw: Draw, x: g.Tensor): g.Tensor {
  const [items = 1, classes = 1, ...rest] = x.shape;
  return draw.classes([items, ...rest], classes);
}

function named(draw: Draw, x: g.Tensor, scale: number): Named {
  const kind = draw.integer(0, 9);
  if (kind < 4) return regression(draw, x, scale);
  const from = kind < 7 ? ofClasses : betweenProbabilities;
  return from[draw.pick(Object.keys(from))]?.(draw, x) ?? regression(draw, x, scale);
}

/** A loss of `x`, [items, …], as one number: reduced by itself, or by the model. */
export function lossFor(draw: Draw, x: g.Tensor, scale: number): Part {
  const { text, loss } = named(draw, x, scale);
  const reduction = draw.pick(["mean", "mean", "sum", "none"] as const);
  if (reduction !== "none") return part(`${text}) ${reduction}`, (z) => loss(z, { reduction }));
  const each = (z: g.Tensor) => loss(z, { reduction });
  const ends: Readonly<Record<string, (z: g.Tensor) => g.Tensor>> = {
    "none, mean": (z) => g.mean(each(z)),
    "none, sum": (z) => g.sum(each(z)),
    "none, mean of squares": (z) => g.mean(g.square(each(z))),
    "none, logsumexp": (z) => g.logsumexp(g.reshape(each(z), [-1]), { dim: 0 }),
  };
  const end = draw.pick(Object.keys(ends));
  return part(`${text}) ${end}`, ends[end] ?? ((z) => g.mean(each(z))));
}
