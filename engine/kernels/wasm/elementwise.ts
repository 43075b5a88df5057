/** Elementwise functions that WebAssembly computes, found by their expression; only float32. */
import type { Values } from "../../core/dtype";
import type { Shape } from "../../core/shape";
import { collapse, jsKernels } from "../js";
import type { Elementwise, Kernels, Operand } from "../kernels";
import { endLoan, lend, lendResult } from "./loan";
import { addressOf } from "./memory";
import type { Map1, Map2, WasmExports } from "./module";
import type { Worth } from "./worth";

interface Functions {
  readonly one: Map1 | undefined;
  readonly two: Map2 | undefined;
  readonly slow: boolean;
}

function tables(wasm: WasmExports): (expr: string) => Functions {
  const one: Readonly<Record<string, Map1>> = {
    "-x": wasm.neg_f32,
    "Math.abs(x)": wasm.abs_f32,
    "x * x": wasm.square_f32,
    "Math.sqrt(x)": wasm.sqrt_f32,
    "Math.max(x, 0)": wasm.relu_f32,
    "1 / x": wasm.reciprocal_f32,
    "Math.exp(x)": wasm.exp_f32,
    "sigmoid(x)": wasm.sigmoid_f32,
    "Math.tanh(x)": wasm.tanh_f32,
  };
  const two: Readonly<Record<string, Map2>> = {
    "x + y": wasm.add_f32,
    "x - y": wasm.sub_f32,
    "x * y": wasm.mul_f32,
    "x / y": wasm.div_f32,
    "(x - y) * (x - y)": wasm.squaredDifference_f32,
    "y > 0 ? x : 0": wasm.gate_f32,
    "x * (1 - y * y)": wasm.tanhSlope_f32,
    "x * y * (1 - y)": wasm.sigmoidSlope_f32,
    "2 * x * y": wasm.squareSlope_f32,
  };
  return (expr) => ({ one: one[expr], two: two[expr], slow: /exp|sigmoid\(|tanh/.test(expr) });
}

function isFloat32(inputs: readonly Operand[]): boolean {
  for (const { data } of inputs) if (!(data instanceof Float32Array)) return false;
  return true;
}

/** Whether a function of a few cycles is quicker here although what lies elsewhere must be copied. */
function pays(inputs: readonly Operand[], out: Values, worth: Worth): boolean {
  if (worth.copies) return true;
  if (out.length < worth.fast) return false;
  let copied = addressOf(out) === 0 ? out.length : 0;
  for (const { data } of inputs) if (addressOf(data) === 0) copied += data.length;
  return copied <= out.length;
}

/** `map` with the functions of the module; what they do not cover runs in JavaScript, in place. */
export function mapOf(wasm: WasmExports, worth: Worth): Kernels["map"] {
  const find = tables(wasm);
  const known = new WeakMap<Elementwise, Functions>();
  return (f, inputs, out, shape, params) => {
    if (out instanceof Float32Array && out.length >= worth.slow && isFloat32(inputs)) {
      let functions = known.get(f);
      if (functions === undefined) {
        functions = find(f.expr);
        known.set(f, functions);
      }
      if ((functions.slow || pays(inputs, out, worth)) && run(functions, inputs, out, shape)) return;
    }
    jsKernels.map(f, inputs, out, shape, params);
  };
}

/** False when there is no such function, or the operands lie otherwise than it expects. */
function run({ one, two }: Functions, inputs: readonly Operand[], out: Float32Array, shape: Shape): boolean {
  const [x, y] = inputs as readonly [Operand, Operand?];
  if (y === undefined ? one === undefined : two === undefined) return false;
  if (shape.length === 1) {
    if (y !== undefined) runRows(two as Map2, [x, y], out, shape, [x.strides, y.strides]);
    else if (x.strides[0] === 1) runRow(one as Map1, x, out);
    else return false;
    return true;
  }
  const flat = collapse(shape, inputs);
  if (y !== undefined) runRows(two as Map2, [x, y], out, flat.shape, flat.strides);
  else if (flat.shape.length === 1 && flat.strides[0]?.[0] === 1) runRow(one as Map1, x, out);
  else return false;
  return true;
}

function addressIn(operand: Operand, out: Float32Array): number {
  return lend(operand.data, out) + 4 * (operand.offset ?? 0);
}

function runRow(one: Map1, x: Operand, out: Float32Array): void {
  one(addressIn(x, out), lendResult(out), out.length);
  endLoan();
}

/** The last two dimensions at a time. */
function runRows(
  two: Map2,
  [x, y]: readonly [Operand, Operand],
  out: Float32Array,
  shape: Shape,
  strides: readonly (readonly number[])[],
): void {
  const [xs, ys] = strides as [readonly number[], readonly number[]];
  const last = shape.length - 1;
  const n = shape[last] as number;
  const rows = last > 0 ? (shape[last - 1] as number) : 1;
  const [xRow, yRow] = last > 0 ? [xs[last - 1] as number, ys[last - 1] as number] : [0, 0];
  const xAt = addressIn(x, out);
  const yAt = addressIn(y, out);
  const outAt = lendResult(out);
  for (let block = 0, at = 0; at < out.length; block++, at += n * rows) {
    let [xFrom, yFrom, rest] = [xAt, yAt, block];
    for (let d = last - 2; d >= 0; d--) {
      const size = shape[d] as number;
      const i = rest % size;
      rest = (rest - i) / size;
      xFrom += 4 * i * (xs[d] as number);
      yFrom += 4 * i * (ys[d] as number);
    }
    two(xFrom, xs[last] as number, xRow, yFrom, ys[last] as number, yRow, outAt + 4 * at, n, rows);
  }
  endLoan();
}
