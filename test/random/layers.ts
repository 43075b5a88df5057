/** Layers for vectors, sequences and images as parts of random models. */
import * as g from "../../engine/index";
import type { Draw } from "./draw";
import { type Maker, part, show } from "./part";

const batchNorm: Maker = (draw, x) => {
  const [items = 1, features = 1, ...rest] = x.shape;
  const perFeature = rest.reduce((a, b) => a * b, items);
  if (perFeature < 2) return null;
  const options = {
    eps: draw.pick([1e-5, 1e-3]),
    affine: draw.chance(0.8),
    trackRunningStats: draw.chance(0.7),
  };
  const Layer = x.ndim === 4 ? g.nn.BatchNorm2d : g.nn.BatchNorm1d;
  const layer = new Layer(features, options);
  const evaluates = draw.chance(0.25);
  if (evaluates) layer.eval();
  return part(`new nn.${Layer.name}(${features}, ${show(options)})${evaluates ? ".eval()" : ""}`, (y) =>
    layer.forward(y),
  );
};

const groupNorm: Maker = (draw, x) => {
  const channels = x.shape[1] ?? 1;
  const groups = draw.divisorOf(channels);
  if (x.size / (x.shape[0] ?? 1) / groups < 2) return null;
  const options = { affine: draw.chance(0.8) };
  const layer = new g.nn.GroupNorm(groups, channels, options);
  return part(`new nn.GroupNorm(${groups}, ${channels}, ${show(options)})`, (y) => layer.forward(y));
};

const instanceNorm: Maker = (_, x) => {
  if (x.ndim < 3 || x.shape.slice(2).reduce((a, b) => a * b, 1) < 2) return null;
  return part("instanceNorm(x)", (y) => g.instanceNorm(y));
};

const flattened: Maker = (_, x) => {
  if (x.size / (x.shape[0] ?? 1) > 120) return null;
  const layer = new g.nn.Flatten();
  return part("new nn.Flatten()", (y) => layer.forward(y));
};

const cosine: Maker = (draw, x) => {
  const p = draw.parameter([draw.size(), x.shape[1] ?? 1]);
  return part(`cosineSimilarity(unsqueeze(x, 1), p, { dim: 2 }), p: [${p.shape}]`, (y) =>
    g.cosineSimilarity(g.unsqueeze(y, 1), p, { dim: 2 }),
  );
};

const distances: Maker = (draw, x) => {
  const p = draw.parameter([draw.size(), x.shape[1] ?? 1]);
  return part(`cdist(x, p), p: [${p.shape}]`, (y) => g.cdist(y, p));
};

const products: Maker = (_, x) => {
  if ((x.shape[1] ?? 1) > 6 || x.size > 200) return null;
  return part("unsqueeze(x, 2) · unsqueeze(sin(x), 1)", (y) =>
    g.mul(g.unsqueeze(y, 2), g.unsqueeze(g.sin(y), 1)),
  );
};

const folded: Maker = (draw, x) => {
  const [items = 1, features = 1] = x.shape;
  const by = draw.divisorOf(features);
  return part(`reshape(x, [${items}, ${by}, ${features / by}])`, (y) =>
    g.reshape(y, [items, by, features / by]),
  );
};

const maxout: Maker = (draw, x) => {
  const pieces = draw.divisorOf(x.shape[1] ?? 1);
  return part(`maxout(x, { pieces: ${pieces} })`, (y) => g.maxout(y, { pieces }));
};

/** For [items, features]. */
export const forVectors: readonly Maker[] = [
  batchNorm,
  batchNorm,
  groupNorm,
  cosine,
  distances,
  products,
  folded,
  folded,
  maxout,
];

const recurrent: Maker = (draw, x) => {
  const [items = 1, steps = 1, size = 1] = x.shape;
  if (steps > 6) return null;
  const hidden = draw.integer(1, 4);
  const options = {
    batchFirst: true,
    numLayers: draw.pick([1, 1, 2]),
    bidirectional: draw.chance(0.3),
    bias: draw.chance(0.8),
  };
  const kind = draw.pick(["RNN", "RNN relu", "GRU", "LSTM"]);
  const text = `new nn.${kind}(${size}, ${hidden}, ${show(options)})`;
  const takesLast = draw.chance(0.3);
  const directions = options.numLayers * (options.bidirectional ? 2 : 1);
  const start = draw.chance(0.3) ? draw.parameter([directions, items, hidden], 0.5) : undefined;
  if (kind === "LSTM") {
    const layer = new g.nn.LSTM(size, hidden, options);
    return part(`${text}${takesLast ? ", last cell" : ""}`, (y) => {
      const [output, [, c]] = layer.forward(y, start === undefined ? undefined : [start, g.tanh(start)]);
      return takesLast ? g.sum(g.reshape(c, [directions, items, hidden]), { dim: 0 }) : output;
    });
  }
  const layer =
    kind === "GRU"
      ? new g.nn.GRU(size, hidden, options)
      : new g.nn.RNN(size, hidden, { ...options, nonlinearity: kind === "RNN" ? "tanh" : "relu" });
  return part(`${text}${takesLast ? ", last state" : ""}`, (y) => {
    const [output, h] = layer.forward(y, start);
    return takesLast ? g.sum(h, { dim: 0 }) : output;
  });
};

const attention: Maker = (draw, x) => {
  const size = x.shape[2] ?? 1;
  const options = { batchFirst: true, bias: draw.chance(0.8), dropout: draw.pick([0, 0, 0.2]) };
  const layer = new g.nn.MultiheadAttention(size, draw.divisorOf(size), options);
  const [steps = 1] = x.shape.slice(1);
  const causal = g.triu(g.ones([steps, steps]), { diagonal: 1 });
  const attnMask = g.gt(causal, 0);
  const isCausal = draw.chance(0.3);
  const crosses = draw.chance(0.3);
  return part(
    `new nn.MultiheadAttention(${size}, ${layer.numHeads}, ${show(options)})${isCausal ? " causal" : ""}${crosses ? " with keys tanh(x)" : ""}`,
    (y) => {
      const keys = crosses ? g.tanh(y) : y;
      return layer.forward(y, keys, keys, isCausal ? { attnMask } : {})[0];
    },
  );
};

const encoder: Maker = (draw, x) => {
  const size = x.shape[2] ?? 1;
  const options = {
    dimFeedforward: draw.integer(1, 5),
    dropout: draw.pick([0, 0.1]),
    activation: draw.pick(["relu", "gelu"] as const),
    batchFirst: true,
    normFirst: draw.chance(0.5),
  };
  const heads = draw.divisorOf(size);
  const layer = new g.nn.TransformerEncoderLayer(size, heads, options);
  return part(`new nn.TransformerEncoderLayer(${size}, ${heads}, ${show(options)})`, (y) => layer.forward(y));
};

const dotProduct: Maker = (draw) => {
  const isCausal = draw.chance(0.4);
  return part(`scaledDotProductAttention(x, sin(x), x, { isCausal: ${isCausal} })`, (y) =>
    g.scaledDotProductAttention(y, g.sin(y), y, { isCausal }),
  );
};

const conv1d: Maker = (draw, x) => {
  const [, channels = 1, length = 1] = x.shape;
  const groups = draw.divisorOf(channels);
  const kernel = draw.integer(1, Math.min(4, length));
  const options = { stride: draw.integer(1, 2), padding: draw.integer(0, 2), groups, bias: draw.chance(0.8) };
  const out = groups * draw.integer(1, 2);
  const layer = new g.nn.Conv1d(channels, out, kernel, options);
  return part(`new nn.Conv1d(${channels}, ${out}, ${kernel}, ${show(options)})`, (y) => layer.forward(y));
};

const maxPool1d: Maker = (draw, x) => {
  const length = x.shape[2] ?? 1;
  const size = draw.integer(1, Math.min(3, length));
  const options = { stride: draw.integer(1, 2) };
  const layer = new g.nn.MaxPool1d(size, options);
  return part(`new nn.MaxPool1d(${size}, ${show(options)})`, (y) => layer.forward(y));
};

const pooledSteps: Maker = (draw, x) => {
  const last = (x.shape[1] ?? 1) - 1;
  return draw.chance(0.5)
    ? part("mean(x, { dim: 1 })", (y) => g.mean(y, { dim: 1 }))
    : part(`squeeze(narrow(x, 1, ${last}, 1), 1)`, (y) => g.squeeze(g.narrow(y, 1, last, 1), 1));
};

/** For [items, steps or channels, size]. */
export const forSequences: readonly Maker[] = [
  recurrent,
  recurrent,
  attention,
  encoder,
  dotProduct,
  conv1d,
  conv1d,
  maxPool1d,
  pooledSteps,
  batchNorm,
  groupNorm,
  instanceNorm,
  flattened,
];

const small = (draw: Draw, x: g.Tensor) => draw.integer(1, Math.min(3, x.shape[2] ?? 1, x.shape[3] ?? 1));

const conv2d: Maker = (draw, x) => {
  const channels = x.shape[1] ?? 1;
  const groups = draw.divisorOf(channels);
  const kernel = small(draw, x);
  const options = {
    stride: draw.pick([1, 1, 2]),
    padding: draw.integer(0, 1),
    dilation: kernel > 1 && draw.chance(0.2) ? 2 : 1,
    groups,
    bias: draw.chance(0.8),
  };
  const smallest = Math.min(x.shape[2] ?? 1, x.shape[3] ?? 1) + 2 * options.padding;
  if (options.dilation * (kernel - 1) + 1 > smallest) return null;
  const out = groups * draw.integer(1, 2);
  const layer = new g.nn.Conv2d(channels, out, kernel, options);
  return part(`new nn.Conv2d(${channels}, ${out}, ${kernel}, ${show(options)})`, (y) => layer.forward(y));
};

const convTranspose2d: Maker = (draw, x) => {
  if (x.size > 300) return null;
  const channels = x.shape[1] ?? 1;
  const groups = draw.divisorOf(channels);
  const stride = draw.integer(1, 2);
  const options = { stride, outputPadding: draw.integer(0, stride - 1), groups, bias: draw.chance(0.8) };
  const [out, kernel] = [groups * draw.integer(1, 2), draw.integer(1, 3)];
  const layer = new g.nn.ConvTranspose2d(channels, out, kernel, options);
  return part(`new nn.ConvTranspose2d(${channels}, ${out}, ${kernel}, ${show(options)})`, (y) =>
    layer.forward(y),
  );
};

const maxPool2d: Maker = (draw, x) => {
  const size = small(draw, x);
  const options = {
    stride: draw.integer(1, 2),
    padding: size > 1 ? draw.integer(0, 1) : 0,
    ceilMode: draw.chance(0.3),
  };
  const layer = new g.nn.MaxPool2d(size, options);
  return part(`new nn.MaxPool2d(${size}, ${show(options)})`, (y) => layer.forward(y));
};

const avgPool2d: Maker = (draw, x) => {
  const size = small(draw, x);
  const options = {
    stride: draw.integer(1, 2),
    padding: size > 1 ? draw.integer(0, 1) : 0,
    countIncludePad: draw.chance(0.5),
  };
  const layer = new g.nn.AvgPool2d(size, options);
  return part(`new nn.AvgPool2d(${size}, ${show(options)})`, (y) => layer.forward(y));
};

const adaptive: Maker = (draw) => {
  const size = [draw.integer(1, 3), draw.integer(1, 3)] as const;
  const layer = new g.nn.AdaptiveAvgPool2d(size);
  return part(`new nn.AdaptiveAvgPool2d([${size}])`, (y) => layer.forward(y));
};

const resized: Maker = (draw, x) => {
  if (x.size > 300) return null;
  const size = [draw.integer(1, 7), draw.integer(1, 7)] as const;
  const mode = draw.pick(["nearest", "bilinear"] as const);
  return part(`interpolate(x, { size: [${size}], mode: "${mode}" })`, (y) =>
    g.interpolate(y, { size, mode }),
  );
};

const pooledImage: Maker = (draw, x) => {
  const [items = 1, channels = 1, rows = 1, columns = 1] = x.shape;
  return draw.chance(0.5)
    ? part("mean(x, { dim: [2, 3] })", (y) => g.mean(y, { dim: [2, 3] }))
    : part("reshape(x, [items, channels, −1])", (y) => g.reshape(y, [items, channels, rows * columns]));
};

/** For [images, channels, height, width]. */
export const forImages: readonly Maker[] = [
  conv2d,
  conv2d,
  conv2d,
  convTranspose2d,
  maxPool2d,
  avgPool2d,
  adaptive,
  resized,
  batchNorm,
  groupNorm,
  instanceNorm,
  flattened,
  pooledImage,
];
