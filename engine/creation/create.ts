/** Tensors from data, from constants and from random numbers. */

import { checkShape } from "../core/check-shape";
import { allocate, type DType, getDefaultDtype, type Values } from "../core/dtype";
import { inFunction, ModelError } from "../core/error";
import { choice, flag, integers } from "../core/kinds";
import type { Widest } from "../core/op-function";
import { checkNumber } from "../core/options";
import { generator } from "../core/random";
import { type Shape, showShape, sizeOf } from "../core/shape";
import { isOptions, readCall, takes } from "../core/signature";
import { requireGrad, Tensor, type TensorOptions, zeroFilled } from "../core/tensor";
import { checkFits, readData, type TensorData } from "../core/tensor-data";

import { noteSource } from "./note-source";

export type { TensorData } from "../core/tensor-data";

const dtype = choice("float32", "float64", "int32", "bool");
const takesData = takes(["data"], {}, { named: { shape: integers, dtype, requiresGrad: flag } });
const takesParameter = takes(["data"], {}, { named: { shape: integers, dtype } });

/**
 * A tensor from a number, nested arrays, a typed array or another tensor; values are copied, as `torch.tensor` does.
 * The element type is that of a typed array, bool for booleans, else the default (float32).
 * @throws ModelError for ragged arrays, wrong values, and a shape that does not fit
 */
export function tensor(...args: [data: TensorData, options?: TensorOptions]): Tensor {
  refuseObject("tensor", args[0]);
  const [data, options] = readCall<typeof args>("tensor", takesData, args);
  return fromData("tensor", data, options);
}

/** A tensor that takes a gradient: a weight. */
export function parameter(
  ...args: [data: TensorData, options?: Omit<TensorOptions, "requiresGrad">]
): Tensor {
  refuseObject("parameter", args[0]);
  const [data, options = {}] = readCall<typeof args>("parameter", takesParameter, args);
  return fromData("parameter", data, { ...options, requiresGrad: true });
}

/** An object in the place of the data is no list of options: what is wrong is the data. */
function refuseObject(name: string, data: unknown): void {
  if (isOptions(data) && !Object.hasOwn(data as object, "data")) inFunction(name, () => readData(data));
}

function fromData(name: string, data: TensorData, options: TensorOptions = {}): Tensor {
  return inFunction(name, () => {
    const read = readData(data);
    if (options.dtype === undefined) checkFits(read);
    const { flat, shape } = read;
    const dtype = options.dtype ?? read.dtype;
    const values = allocate(dtype, flat.length);
    values.set(options.dtype === "bool" ? Array.from(flat, (v) => (v ? 1 : 0)) : flat);
    const wanted = options.shape === undefined ? shape : checkShape(options.shape);
    if (sizeOf(wanted) !== values.length) {
      throw new ModelError(
        `${values.length} values do not fill shape ${showShape(wanted)}, which has ${sizeOf(wanted)}`,
      );
    }
    const made = new Tensor(values, wanted, dtype);
    noteSource(data, made);
    return requireGrad(made, options.requiresGrad ?? false);
  });
}

type FillOptions = Omit<TensorOptions, "shape">;

/** A shape as an array or number by number, then options. */
type Shaped = [shape: number | Shape, ...sizesAndOptions: (number | FillOptions)[]];

const fills = { named: { dtype, requiresGrad: flag } };
const takesShape = takes(["shape"], {}, { ...fills, spread: "shape" });
const takesValue = takes(
  ["shape", "value"],
  {},
  { ...fills, aliases: { fillValue: "value", size: "shape" } },
);

/** A tensor filled with one value. */
export function full(...args: [shape: Shape, value: number, options?: FillOptions]): Tensor {
  const [shape, value, options] = readCall<typeof args>("full", takesValue, args);
  return filled("full", shape, options, (data) => data.fill(checkNumber(value, "value")));
}

function shaped(name: string, args: Shaped, fill: (data: Values) => void): Tensor {
  const [shape, options] = readCall<[Shape, FillOptions?]>(name, takesShape, args);
  return filled(name, shape, options, fill);
}

/** A tensor filled with 0. */
export function zeros(...args: Shaped): Tensor {
  return shaped("zeros", args, () => {});
}

/** A tensor filled with 1. */
export function ones(...args: Shaped): Tensor {
  return shaped("ones", args, (data) => data.fill(1));
}

/** Standard normal values from the seeded generator. */
export function randn(...args: Shaped): Tensor {
  return shaped("randn", args, (data) => drawInto(data, () => generator.normal()));
}

/** Values uniform in [0, 1) from the seeded generator. */
export function rand(...args: Shaped): Tensor {
  return shaped("rand", args, (data) => drawInto(data, () => generator.uniform()));
}

function filled(
  name: string,
  shape: Shape,
  options: FillOptions | undefined,
  fill: (data: Values) => void,
): Tensor {
  return inFunction(name, () => {
    const out = zeroFilled(checkShape(shape), options?.dtype);
    fill(out.data);
    return requireGrad(out, options?.requiresGrad ?? false);
  });
}

function drawInto(data: Values, draw: () => number): void {
  for (let i = 0; i < data.length; i++) data[i] = draw();
}

const takesRange = takes(["start", "end", "step"], {}, { named: { dtype } });

/** Numbers 0, 1, …, n − 1; or from `start` below `end` in steps: int32 when all three are whole numbers. */
export function arange(
  ...args: Widest<
    [start: number, options?: { dtype?: DType }],
    [
      start: number,
      end?: number | undefined | { dtype?: DType },
      step?: number | undefined,
      options?: { dtype?: DType },
    ]
  >
): Tensor {
  type Read = [start: number, end?: number, step?: number, options?: { dtype?: DType }];
  const [start, end, step = 1, options = {}] = readCall<Read>("arange", takesRange, args);
  return inFunction("arange", () => {
    checkNumber(step, "step");
    const [from, to] = end === undefined ? [0, start] : [start, end];
    const count = Math.max(0, Math.ceil((checkNumber(to, "end") - checkNumber(from, "start")) / step));
    if (!Number.isFinite(count)) {
      throw new ModelError(`from ${from} to ${to} in steps of ${step} never ends, expected another step`);
    }
    const areWhole = [from, to, step].every(Number.isInteger);
    const out = zeroFilled([count], options.dtype ?? (areWhole ? "int32" : getDefaultDtype()));
    for (let i = 0; i < count; i++) out.data[i] = from + i * step;
    return out;
  });
}
