/** Random models that are right: layers, functions and a loss, made from a seed alone. */
import { getDefaultDtype, isFloat, setDefaultDtype } from "../../engine/core/dtype";
import { quietly, record, Tape } from "../../engine/core/tape";
import * as g from "../../engine/index";
import { onLine } from "../engine/sample-run";
import { pointwise } from "./activations";
import { Draw } from "./draw";
import { forImages, forSequences, forVectors } from "./layers";
import { lossFor } from "./losses";
import { type Maker, type Part, part } from "./part";
import { shaping } from "./views";

type Float = "float32" | "float64";

export interface Model {
  readonly dtype: Float;
  /** The steps as a person would write them, one a line. */
  readonly text: string;
  /** Computes the loss, always with the same random numbers. */
  loss(): g.Tensor;
}

/** Larger tensors make a check slow and show nothing that small ones do not. */
const MOST_ELEMENTS = 600;
const FIRST_LINE = 10;

/** The model of a seed. @param as an element type instead of the one that the seed gives */
export function makeModel(seed: number, as?: Float): Model {
  // Not the seed of the model itself: targets would be equal to weights.
  const draw = new Draw(seed ^ 0x5bd1e995);
  const drawn = draw.pick(["float32", "float64"] as const);
  const dtype = as ?? drawn;
  return withDtype(dtype, () => {
    g.manualSeed(seed);
    const scale = draw.chance(0.7) ? 1 : draw.scale(-1.5, 1.5);
    const start = makeStart(draw, scale);
    const parts = makeParts(draw, start.x);
    const last = parts.reduce((x, each) => quietly(() => each.run(x)), start.x);
    parts.push(lossFor(draw, last, draw.chance(0.7) ? 1 : scale));
    const loss = () => {
      g.manualSeed(seed);
      return parts.reduce((x, each, i) => onLine(FIRST_LINE + i, () => each.run(x)), start.x);
    };
    const weights = draw.chance(0.7) ? 1 : draw.scale(-0.7, 0.7);
    rescale(start.x, loss, weights);
    const text = [
      `${dtype}, seed ${seed}, weights × ${weights}`,
      start.text,
      ...parts.map((each, i) => `${FIRST_LINE + i}  ${each.text}`),
    ].join("\n");
    return { dtype, text, loss: () => withDtype(dtype, loss) };
  });
}

function withDtype<T>(dtype: Float, fn: () => T): T {
  const before = getDefaultDtype();
  setDefaultDtype(dtype);
  try {
    return fn();
  } finally {
    setDefaultDtype(before);
  }
}

interface Start {
  readonly text: string;
  readonly x: g.Tensor;
}

/** A batch of vectors, sequences, images or tokens. */
function makeStart(draw: Draw, scale: number): Start {
  const kind = draw.pick(["vectors", "vectors", "sequences", "images", "tokens"]);
  const few = () => draw.pick([1, 2, 2, 3, 5]);
  if (kind === "tokens") {
    const shape = [few(), draw.integer(1, 5)];
    return { text: `tokens [${shape}] below 7`, x: draw.classes(shape, 7) };
  }
  const shapes: Readonly<Record<string, () => number[]>> = {
    vectors: () => [draw.pick([1, 2, 3, 4, 5, 7, 13, 16, 31, 64]), draw.size()],
    sequences: () => [few(), draw.integer(1, 5), draw.integer(1, 6)],
    images: () => [few(), draw.integer(1, 4), draw.integer(1, 7), draw.integer(1, 7)],
  };
  const shape = shapes[kind]?.() ?? [1, 1];
  const x = draw.values(shape, scale);
  x.requiresGrad = draw.chance(0.2);
  return { text: `x: [${shape}] × ${scale}${x.requiresGrad ? ", a parameter" : ""}`, x };
}

const embedded: Maker = (draw) => {
  const options = { paddingIdx: draw.chance(0.2) ? 0 : undefined };
  const size = draw.integer(1, 6);
  const layer = new g.nn.Embedding(7, size, options.paddingIdx === undefined ? {} : { paddingIdx: 0 });
  return part(`new nn.Embedding(7, ${size})`, (x) => layer.forward(x));
};

function makersFor(x: g.Tensor): readonly Maker[] {
  if (!isFloat(x.dtype)) return [embedded];
  const own = { 2: forVectors, 3: forSequences, 4: forImages }[x.ndim] ?? [];
  return [...own, ...own, ...pointwise, ...shaping];
}

function makeParts(draw: Draw, start: g.Tensor): Part[] {
  const parts: Part[] = [];
  let x = start;
  const append = (each: Part | null): boolean => {
    if (each === null) return false;
    const out = quietly(() => each.run(x));
    if (out.size === 0 || out.size > MOST_ELEMENTS || !out.data.every(Number.isFinite)) return false;
    parts.push(each);
    x = out;
    return true;
  };
  const depth = draw.integer(1, 6);
  for (let tries = 0; parts.length < depth && tries < 30; tries++) {
    const made = draw.pick(makersFor(x))(draw, x);
    append(made !== null && draw.chance(0.15) ? residual(made, x) : made);
  }
  if (draw.chance(0.6) && x.size / (x.shape[0] ?? 1) <= 120) append(head(draw, x));
  return parts;
}

/** x + part(x), where that keeps the shape. */
function residual(made: Part, x: g.Tensor): Part {
  const { shape } = quietly(() => made.run(x));
  if (!isFloat(x.dtype) || shape.length !== x.ndim || shape.some((n, d) => n !== x.shape[d])) return made;
  return part(`x + ${made.text}`, (y) => g.add(y, made.run(y)));
}

function head(draw: Draw, x: g.Tensor): Part {
  const flat = x.size / (x.shape[0] ?? 1);
  const outputs = draw.pick([1, 2, 3, 5, 7, 10]);
  const layer = new g.nn.Linear(flat, outputs);
  return part(`new nn.Linear(${flat}, ${outputs}) of flatten(x)`, (y) =>
    layer.forward(g.flatten(y, { startDim: 1 })),
  );
}

/** Multiplies the model's parameters; the input is one where there is no other. */
function rescale(x: g.Tensor, loss: () => g.Tensor, factor: number): void {
  const tape = new Tape();
  record(tape, loss);
  const leaves = new Set(
    tape.nodes.flatMap(({ inputs }) => inputs).filter((y) => y.isLeaf && y.requiresGrad),
  );
  if (leaves.size === 0) x.requiresGrad = true;
  leaves.delete(x);
  for (const { data } of leaves)
    data.forEach((v, i) => {
      data[i] = v * factor;
    });
}
