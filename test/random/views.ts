/** Parts that move, join, cut, add up and normalise elements. */
import * as g from "../../engine/index";
import { type Maker, part } from "./part";

const roundTrip: Maker = (_, x) =>
  part("reshape(reshape(x, [-1]), x.shape)", (y) => g.reshape(g.reshape(y, [-1]), x.shape));

const swapped: Maker = (draw, x) => {
  if (x.ndim < 3) return null;
  const [a, b] = [draw.integer(1, x.ndim - 1), draw.integer(1, x.ndim - 1)];
  return part(`transpose(x, ${a}, ${b})`, (y) => g.transpose(y, a, b));
};

const narrowed: Maker = (draw, x) => {
  const dim = draw.integer(x.ndim > 1 ? 1 : 0, x.ndim - 1);
  const n = x.shape[dim] ?? 1;
  if (n < 2) return null;
  const length = draw.integer(1, n - 1);
  const start = draw.integer(0, n - length);
  return part(`narrow(x, ${dim}, ${start}, ${length})`, (y) => g.narrow(y, dim, start, length));
};

const joined: Maker = (draw, x) => {
  const dim = draw.integer(1, x.ndim - 1);
  if (x.size > 400) return null;
  return part(`cat([x, tanh(x)], { dim: ${dim} })`, (y) => g.cat([y, g.tanh(y)], { dim }));
};

const joinedWithParameter: Maker = (draw, x) => {
  const shape = x.shape.map((n, d) => (d === 1 ? draw.integer(1, 3) : n));
  const p = draw.parameter(shape, 0.5);
  return part(`cat([p, x], { dim: 1 }), p: [${shape}]`, (y) => g.cat([p, y], { dim: 1 }));
};

const stacked: Maker = (draw) => {
  const factor = draw.between(0.2, 2);
  return part(`mean(stack([x, sin(x), ${factor} · x]), { dim: 0 })`, (y) =>
    g.mean(g.stack([y, g.sin(y), g.mul(y, factor)]), { dim: 0 }),
  );
};

const splitInTwo: Maker = (draw, x) => {
  const dim = draw.integer(1, x.ndim - 1);
  const n = x.shape[dim] ?? 1;
  if (n < 2) return null;
  const first = draw.integer(1, n - 1);
  return part(`a, b = split(x, [${first}, ${n - first}], { dim: ${dim} }); cat([b, sigmoid(a)])`, (y) => {
    const [a, b] = g.split(y, [first, n - first], { dim });
    return g.cat([b as g.Tensor, g.sigmoid(a as g.Tensor)], { dim });
  });
};

const turned: Maker = (draw, x) => {
  const dim = draw.integer(0, x.ndim - 1);
  const by = draw.integer(1, 3);
  return draw.chance(0.5)
    ? part(`flip(x, [${dim}])`, (y) => g.flip(y, [dim]))
    : part(`roll(x, ${by}, { dim: ${dim} })`, (y) => g.roll(y, by, { dim }));
};

const padded: Maker = (draw, x) => {
  if (x.size > 800) return null;
  const [a, b] = [draw.integer(0, 2), draw.integer(0, 2)];
  return part(`pad(x, [${a}, ${b}])`, (y) => g.pad(y, [a, b]));
};

const chosen: Maker = (draw, x) => {
  const dim = draw.integer(1, x.ndim - 1);
  const n = x.shape[dim] ?? 1;
  const index = draw.classes([draw.integer(1, Math.min(7, n + 2))], n);
  return part(`indexSelect(x, [${index.data}], { dim: ${dim} })`, (y) => g.indexSelect(y, index, { dim }));
};

const gathered: Maker = (draw, x) => {
  const dim = x.ndim - 1;
  const index = draw.classes(x.shape, x.shape[dim] ?? 1);
  return part(`gather(x, index, { dim: ${dim} })`, (y) => g.gather(y, index, { dim }));
};

const spread: Maker = (_, x) =>
  part("mean(expand(x, [3, …]), { dim: 0 })", (y) => g.mean(g.expand(y, [3, ...x.shape]), { dim: 0 }));

const summed: Maker = (draw, x) => {
  const dim = draw.integer(0, x.ndim - 1);
  const all: Readonly<Record<string, (y: g.Tensor) => g.Tensor>> = {
    "x − mean(x)": (y) => g.sub(y, g.mean(y, { dim, keepdim: true })),
    "x / (1 + norm(x))": (y) => g.div(y, g.add(1, g.norm(y, { dim, keepdim: true }))),
    "x + sum(tanh(x))": (y) => g.add(y, g.sum(g.tanh(y), { dim, keepdim: true })),
    "x − logsumexp(x)": (y) => g.sub(y, g.logsumexp(y, { dim, keepdim: true })),
    "x · amax(x)": (y) => g.mul(y, g.amax(y, { dim, keepdim: true })),
    "x / sqrt(var(x) + 0.1)": (y) =>
      g.div(y, g.sqrt(g.add(g.var(y, { dim, correction: 0, keepdim: true }), 0.1))),
    "cumsum(x)": (y) => g.cumsum(y, { dim }),
    "softmax(x)": (y) => g.softmax(y, { dim }),
    "logSoftmax(x)": (y) => g.logSoftmax(y, { dim }),
    "tanh(x) + prod(cos(x))": (y) => g.add(g.tanh(y), g.prod(g.cos(y), { dim, keepdim: true })),
    "cumprod(sigmoid(x) + 0.5)": (y) => g.cumprod(g.add(g.sigmoid(y), 0.5), { dim }),
    "sort(x)": (y) => g.sort(y, { dim })[0],
    "x · min(x)": (y) => g.mul(y, g.amin(y, { dim, keepdim: true })),
  };
  const text = draw.pick(Object.keys(all));
  return part(`${text} along ${dim}`, all[text] ?? g.tanh);
};

const gate: Maker = (_, x) => {
  if ((x.shape.at(-1) ?? 1) % 2 !== 0) return null;
  return part("glu(x)", (y) => g.glu(y));
};

const layerNorm: Maker = (draw, x) => {
  const count = draw.integer(1, x.ndim - 1);
  const shape = x.shape.slice(-count);
  const options = { eps: draw.pick([1e-5, 1e-3]), elementwiseAffine: draw.chance(0.8) };
  const layer = new g.nn.LayerNorm(shape, options);
  return part(`new nn.LayerNorm([${shape}], { eps: ${options.eps} })`, (y) => layer.forward(y));
};

const rms: Maker = (_, x) => {
  const p = g.ones([x.shape.at(-1) ?? 1], { requiresGrad: true });
  return part("p · x / sqrt(mean(x²) + 1e-3)", (y) =>
    g.mul(p, g.mul(y, g.rsqrt(g.add(g.mean(g.square(y), { dim: -1, keepdim: true }), 1e-3)))),
  );
};

const linear: Maker = (draw, x) => {
  const [from, to, bias] = [x.shape.at(-1) ?? 1, draw.size(), draw.chance(0.8)];
  const layer = new g.nn.Linear(from, to, { bias });
  return part(`new nn.Linear(${from}, ${to}${bias ? "" : ", { bias: false }"})`, (y) => layer.forward(y));
};

const contracted: Maker = (draw, x) => {
  if (x.ndim > 3) return null;
  const [from, to] = [x.shape.at(-1) ?? 1, draw.size()];
  const p = draw.parameter(draw.chance(0.5) ? [from, to] : [to, from], 0.5);
  const letters = x.ndim === 2 ? "bi" : "bti";
  const out = `${letters.slice(0, -1)}o`;
  const second = p.shape[0] === from && p.shape[1] === to ? "io" : "oi";
  return second === "io" && draw.chance(0.5)
    ? part(`matmul(x, p), p: [${p.shape}]`, (y) => g.matmul(y, p))
    : part(`einsum("${letters},${second}->${out}", x, p)`, (y) =>
        g.einsum(`${letters},${second}->${out}`, y, p),
      );
};

/** Parts for tensors of two dimensions or more, the first of which counts items. */
export const shaping: readonly Maker[] = [
  roundTrip,
  swapped,
  narrowed,
  joined,
  joinedWithParameter,
  stacked,
  splitInTwo,
  turned,
  padded,
  chosen,
  gathered,
  spread,
  summed,
  summed,
  summed,
  gate,
  layerNorm,
  rms,
  linear,
  contracted,
];
