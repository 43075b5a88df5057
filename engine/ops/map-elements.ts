/** Runs elementwise functions over tensors that broadcast against each other; single numbers take a short way. */
import { allocateUnset, type DType, promote, roundTo } from "../core/dtype";
import { broadcastShapes, broadcastStrides, type Shape, sameShape, sizeOf } from "../core/shape";
import { numberIn, Tensor } from "../core/tensor";
import { kernels } from "../kernels";
import { scalarFunction } from "../kernels/js";
import type { Elementwise, Operand } from "../kernels/kernels";

/** Numbers that a kernel needs besides its inputs, such as a slope, by the names of its params. */
export type KernelParams = Readonly<Record<string, number>>;

const none: readonly number[] = [];
const scalar: Shape = [];
const one: readonly number[] = [1];
const zero: readonly number[] = [0];

/** Runs an elementwise kernel over inputs broadcast against each other. */
export function mapElements(
  f: Elementwise,
  inputs: readonly Tensor[],
  params: KernelParams = {},
  dtype?: DType,
): Tensor {
  const type = dtype ?? promote(inputs);
  const numbers = f.params === undefined ? none : f.params.map((name) => params[name] as number);
  let shape = (inputs[0] as Tensor).shape;
  let same = true;
  for (let i = 1; i < inputs.length; i++) {
    const other = (inputs[i] as Tensor).shape;
    if (sameShape(shape, other)) continue;
    shape = broadcastShapes(shape, other);
    same = false;
  }
  if (shape.length === 0) return new Tensor(roundTo(type, ofNumbers(f, inputs, numbers)), scalar, type);
  const out = allocateUnset(type, sizeOf(shape));
  if (same || isFlat(inputs, shape)) kernels().map(f, flat(inputs, out.length), out, [out.length], numbers);
  else kernels().map(f, strided(inputs, shape), out, shape, numbers);
  return new Tensor(out, shape, type);
}

function ofNumbers(f: Elementwise, inputs: readonly Tensor[], params: readonly number[]): number {
  const [x, y, z] = inputs;
  return scalarFunction(f)(
    numberIn(x as Tensor),
    y === undefined ? 0 : numberIn(y),
    z === undefined ? 0 : numberIn(z),
    params,
  );
}

/** Whether every input has either the whole shape or a single element: then all can be read as one row. */
function isFlat(inputs: readonly Tensor[], shape: Shape): boolean {
  for (const x of inputs) if (x.data.length !== 1 && !sameShape(x.shape, shape)) return false;
  return true;
}

function flat(inputs: readonly Tensor[], size: number): Operand[] {
  const operands: Operand[] = [];
  for (const { data } of inputs) operands.push({ data, strides: data.length === size ? one : zero });
  return operands;
}

function strided(inputs: readonly Tensor[], shape: Shape): Operand[] {
  return inputs.map((x) => ({ data: x.data, strides: broadcastStrides(x.shape, shape) }));
}
