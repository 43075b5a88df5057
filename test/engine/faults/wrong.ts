/** Wrong backward passes: every mistake in several operations. */
import * as g from "../../../engine/index";
import { onLine } from "../sample-run";
import { type Case, LINE, lossOf, rightBackward, wave } from "./case";

type Fn = (...inputs: g.Tensor[]) => g.Tensor;
type Damage = (gradient: g.Tensor, x: g.Tensor) => g.Tensor;

interface Base {
  readonly name: string;
  readonly values: g.Tensor;
  readonly fn: Fn;
  readonly others?: readonly g.Tensor[];
}

const bases: readonly Base[] = [
  { name: "exp", values: wave([3, 4]), fn: (x) => g.exp(x) },
  { name: "square", values: wave([12], 2), fn: (x) => g.square(x) },
  { name: "tanh", values: wave([3, 3], 3), fn: (x) => g.tanh(x) },
  { name: "softmax", values: wave([4, 5], 4), fn: (x) => g.softmax(x, { dim: 1 }) },
  { name: "matmul", values: wave([4, 4], 5), fn: (x, y) => g.matmul(x, y), others: [wave([4, 3], 6)] },
  { name: "weight", values: wave([3, 5], 7), fn: (w, x) => g.linear(x, w), others: [wave([6, 5], 8)] },
  { name: "bias", values: wave([5], 9), fn: (b, x) => g.add(x, b), others: [wave([6, 5], 10)] },
  { name: "mean", values: wave([3, 4], 11), fn: (x) => g.mean(x, { dim: 1 }) },
  {
    name: "conv2d",
    values: wave([2, 1, 3, 3], 12),
    fn: (w, x) => g.conv2d(x, w, { padding: 1 }),
    others: [wave([2, 1, 5, 5], 13)],
  },
];

const changed = (x: g.Tensor, f: (v: number, i: number, all: g.Tensor["data"]) => number) =>
  g.tensor(
    Float64Array.from(x.data, (v, i) => f(v, i, x.data)),
    { shape: [...x.shape] },
  );

const damages: Readonly<Record<string, Damage>> = {
  sign: (d) => g.neg(d),
  "half of it": (d) => g.mul(d, 0.5),
  "twice as much": (d) => g.mul(d, 2),
  "one per cent too much": (d) => g.mul(d, 1.01),
  "the mean's divisor": (d) => g.mul(d, d.size),
  zero: (d) => g.mul(d, 0),
  "off by one": (d) => changed(d, (_, i, all) => all[(i + 1) % all.length] as number),
  backwards: (d) => changed(d, (_, i, all) => all[all.length - 1 - i] as number),
  "one wrong element": (d) => changed(d, (v, i) => (i === 2 ? v + 0.01 * (1 + Math.abs(v)) : v)),
  "one element forgotten": (d) => changed(d, (v, i) => (i === d.size - 1 ? 0 : v)),
  "wrong for large values": (d, x) => changed(d, (v, i) => ((x.data[i] as number) > 0.7 ? 0.9 * v : v)),
  "a constant added": (d) => g.add(d, 1e-3),
};

function damaged(
  { name, values, fn, others = [] }: Base,
  mistake: string,
  damage: Damage,
  scale: number,
): Case {
  const right = rightBackward(fn);
  const backward: typeof right = (context) => {
    const [first, ...rest] = right(context) as g.Tensor[];
    return [damage(first as g.Tensor, context.inputs[0] as g.Tensor), ...rest];
  };
  const tiny = scale === 1 ? "" : `, gradients of ${scale}`;
  return {
    name: `${name}: ${mistake}${tiny}`,
    values,
    model: lossOf(fn, backward, others, scale),
    expected: ["wrong-derivative"],
    culprit: { op: "mine", line: LINE },
  };
}

const table = bases.flatMap((base) =>
  Object.entries(damages).map(([mistake, damage]) => damaged(base, mistake, damage, 1)),
);

/** Mistakes that an absolute tolerance of 1e-5 cannot see. */
const tiny = bases
  .slice(0, 5)
  .flatMap((base) =>
    ["sign", "zero", "twice as much"].map((mistake) =>
      damaged(base, mistake, damages[mistake] as Damage, 1e-9),
    ),
  );

function special(
  name: string,
  values: g.Tensor,
  fn: Fn,
  backward: Parameters<typeof lossOf>[1],
  others?: g.Tensor[],
): Case {
  return {
    name,
    values,
    model: lossOf(fn, backward, others),
    expected: ["wrong-derivative"],
    culprit: { op: "mine", line: LINE },
  };
}

/** Keeps the input of the last call, which is another one's when the operation is used twice. */
function staleCache(): Case {
  let last: g.Tensor | null = null;
  const op = g.customOp({
    name: "mine",
    forward(x) {
      last = x;
      return g.square(x);
    },
    backward: ({ grad }) => g.mul(grad, g.mul(last as g.Tensor, 2)),
  });
  return {
    name: "a cache that the second call overwrites",
    values: wave([4], 20),
    model: (w) => g.sum(g.add(callOn(op, w), g.sin(callOn(op, g.mul(w, 3))))),
    expected: ["wrong-derivative"],
    culprit: { op: "mine", line: LINE },
  };
}

function callOn(op: (x: g.Tensor) => g.Tensor, x: g.Tensor): g.Tensor {
  return onLine(LINE, () => op(x));
}

const specials: readonly Case[] = [
  special(
    "transposed",
    wave([4, 4], 21),
    (x) => g.mul(x, x),
    ({ grad, inputs: [x] }) => g.transpose(g.mul(grad, g.mul(x as g.Tensor, 2)), 0, 1),
  ),
  special(
    "swapped inputs",
    wave([4], 22),
    (x, y) => g.mul(x, g.exp(y)),
    ({ grad, inputs: [x, y] }) => [
      g.mul(grad, g.mul(x as g.Tensor, g.exp(y as g.Tensor))),
      g.mul(grad, g.exp(y as g.Tensor)),
    ],
    [wave([4], 23)],
  ),
  special(
    "broadcasting not undone",
    wave([5], 24),
    (b, x) => g.add(x, b),
    ({ grad }) => [grad, grad],
    [wave([6, 5], 25)],
  ),
  special(
    "used twice, counted once",
    wave([5], 26),
    (x) => g.mul(x, g.sin(x)),
    ({ grad, inputs: [x] }) => g.mul(grad, g.sin(x as g.Tensor)),
  ),
  special(
    "the wrong axis",
    wave([4, 4], 27),
    (x) => g.sub(x, g.mean(x, { dim: 1, keepdim: true })),
    ({ grad }) => g.sub(grad, g.mean(grad, { dim: 0, keepdim: true })),
  ),
  special(
    "softmax without its coupling",
    wave([3, 4], 28),
    (x) => g.softmax(x, { dim: 1 }),
    ({ grad, output }) => g.mul(grad, g.mul(output, g.sub(1, output))),
  ),
  special(
    "the wrong activation",
    wave([6], 29),
    (x) => g.sigmoid(x),
    ({ grad, output }) => g.mul(grad, g.sub(1, g.square(output))),
  ),
  special(
    "derivative of the output in place of the input",
    wave([6], 30),
    (x) => g.sin(x),
    ({ grad, output }) => g.mul(grad, g.cos(output)),
  ),
  special(
    "wrong at the padding",
    wave([1, 1, 5, 5], 31),
    (x) => g.avgPool2d(x, 3, { stride: 1, padding: 1 }),
    (context) => {
      const [d] = rightBackward((x) => g.avgPool2d(x, 3, { stride: 1, padding: 1 }))(context) as g.Tensor[];
      return changed(d as g.Tensor, (v, i) => (i < 5 ? 0 : v));
    },
  ),
  staleCache(),
];

export const wrong: readonly Case[] = [...table, ...tiny, ...specials];
