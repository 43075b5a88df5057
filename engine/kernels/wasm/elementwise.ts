/** Elementwise functions that WebAssembly computes, found by their expression; only float32. */
import type { Values } from "../../dtype";
import type { Shape } from "../../shape";
import { collapse, jsKernels } from "../js";
import type { Elementwise, Kernels, Operand } from "../kernels";
import { lend, lendResult, settle } from "./loan";
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
  };
  return (expr) => ({ one: one[expr], two: two[expr], slow: /exp|sigmoid\(|tanh/.test(expr) });
}

function isFloat32(inputs: readonly Operand[]): boolean {
  for (const { data } of inputs) if (!(data instanceof Float32Array)) return false;
  return true;
}

/** Functions of a few cycles pay when nothing has to be copied. */
function pays(inputs: readonly Operand[], out: Values, worth: Worth): boolean {
  if (worth.copies) return true;
  if (out.length < worth.fast || addressOf(out) === 0) return false;
  for (const { data } of inputs) if (addressOf(data) === 0) return false;
  return true;
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
  const flat = collapse(shape, inputs);
  const rank = flat.shape.length;
  if (y === undefined) {
    if (one === undefined || rank !== 1 || flat.strides[0]?.[0] !== 1 || x.offset) return false;
    one(lend(x.data, out), lendResult(out), out.length);
  } else {
    if (two === undefined || rank > 2 || x.offset || y.offset) return false;
    const [xs, ys] = flat.strides as [number[], number[]];
    const last = rank - 1;
    two(
      lend(x.data, out),
      xs[last] as number,
      rank === 2 ? (xs[0] as number) : 0,
      lend(y.data, out),
      ys[last] as number,
      rank === 2 ? (ys[0] as number) : 0,
      lendResult(out),
      flat.shape[last] as number,
      rank === 2 ? (flat.shape[0] as number) : 1,
    );
  }
  settle();
  return true;
}
