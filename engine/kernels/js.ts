/** The reference implementation of the kernels, in plain JavaScript. */
import type { Values } from "../core/dtype";
import type { Shape } from "../core/shape";
import { findLargest, fold, unfold } from "./im2col";
import type { Elementwise, Kernels, MatmulSize, Operand, Reduction } from "./kernels";
import { prelude } from "./prelude";
import { combineRows, dotRows } from "./rows";

/** Rows of one length, evenly spaced: m rows of n elements. */
interface Rows {
  readonly n: number;
  /** From one element of a row to the next, for each input. */
  readonly steps: readonly number[];
  readonly m: number;
  /** From one row to the next, for each input. */
  readonly jumps: readonly number[];
}

type Loop = (
  arrays: readonly Values[],
  out: Values,
  offsets: readonly number[],
  outOffset: number,
  rows: Rows,
  params: readonly number[],
) => void;
type Scalar = (x: number, y: number, z: number, params: readonly number[]) => number;

/** The loops of one function, by the types of the arrays: one per combination keeps it monomorphic. */
type Loops = Map<number, Loop>;

const loopsByObject = new WeakMap<Elementwise, Loops>();
const loopsByText = new Map<string, Loops>();
const scalars = new WeakMap<Elementwise, Scalar>();
const letters = ["x", "y", "z"];

function loopFor(f: Elementwise, inputs: readonly Operand[], out: Values): Loop {
  let loops = loopsByObject.get(f);
  if (loops === undefined) {
    // Functions made anew for each call share their loops.
    const text = `${f.expr}|${f.params ?? ""}|${inputs.length}`;
    loops = loopsByText.get(text) ?? new Map<number, Loop>();
    loopsByText.set(text, loops);
    loopsByObject.set(f, loops);
  }
  let key = typeCode(out);
  for (const { data } of inputs) key = key * 4 + typeCode(data);
  let loop = loops.get(key);
  if (loop === undefined) {
    loop = compileLoop(f, inputs.length);
    loops.set(key, loop);
  }
  return loop;
}

function typeCode(values: Values): number {
  if (values instanceof Float32Array) return 0;
  if (values instanceof Float64Array) return 1;
  return values instanceof Int32Array ? 2 : 3;
}

function compileLoop(f: Elementwise, count: number): Loop {
  const ids = Array.from({ length: count }, (_, i) => i);
  const source = [
    ...definitions(f),
    "const { n, m } = rows;",
    ...ids.map((i) => `const a${i} = arrays[${i}], s${i} = rows.steps[${i}], j${i} = rows.jumps[${i}];`),
    ...ids.map((i) => `let p${i} = offsets[${i}];`),
    "for (let r = 0, o = outOffset; r < m; r++, o += n) {",
    "for (let i = 0; i < n; i++) {",
    ...ids.map((i) => `const ${letters[i]} = a${i}[p${i} + i * s${i}];`),
    `out[o + i] = ${f.expr};`,
    "}",
    ...ids.map((i) => `p${i} += j${i};`),
    "}",
  ].join("\n");
  return compile<Loop>(["arrays", "out", "offsets", "outOffset", "rows", "params"], source);
}

/** A function of generated text, with the engine's own Math: the global one is the model's, too. */
function compile<F>(parameters: readonly string[], source: string): F {
  return new Function("Math", `return function (${parameters.join(", ")}) {\n${source}\n}`)(Math) as F;
}

/** What the expression refers to: functions of the prelude, and params by name. */
function definitions(f: Elementwise): string[] {
  return [
    ...calledIn(f.expr, new Set()),
    ...(f.params ?? []).map((name, i) => `const ${name} = params[${i}];`),
  ];
}

/** The functions of the prelude that a text calls, and those that they call. */
function calledIn(text: string, seen: Set<string>): string[] {
  return Object.entries(prelude).flatMap(([name, body]) => {
    if (seen.has(name) || !new RegExp(`\\b${name}\\(`).test(text)) return [];
    seen.add(name);
    return [...calledIn(body, seen), body];
  });
}

/** The function itself, for single numbers. */
export function scalarFunction(f: Elementwise): Scalar {
  let scalar = scalars.get(f);
  if (scalar === undefined) {
    const source = [...definitions(f), `return ${f.expr};`].join("\n");
    scalar = compile<Scalar>(["x", "y", "z", "params"], source);
    scalars.set(f, scalar);
  }
  return scalar;
}

/** Merges neighbouring dimensions over which all operands run evenly: most calls become one long row. */
export function collapse(
  shape: Shape,
  operands: readonly Operand[],
): { shape: number[]; strides: number[][] } {
  const sizes: number[] = [];
  const strides: number[][] = operands.map(() => []);
  for (let d = shape.length - 1; d >= 0; d--) {
    const n = shape[d] as number;
    if (n === 1) continue;
    const last = sizes.length - 1;
    const joins =
      last >= 0 &&
      operands.every((o, k) => o.strides[d] === (strides[k]?.[last] as number) * (sizes[last] as number));
    if (joins) sizes[last] = (sizes[last] as number) * n;
    else {
      sizes.push(n);
      for (const [k, o] of operands.entries()) strides[k]?.push(o.strides[d] as number);
    }
  }
  if (sizes.length === 0) {
    sizes.push(1);
    for (const s of strides) s.push(0);
  }
  return { shape: sizes.reverse(), strides: strides.map((s) => s.reverse()) };
}

function map(
  f: Elementwise,
  inputs: readonly Operand[],
  out: Values,
  shape: Shape,
  params: readonly number[],
): void {
  if (out.length === 0) return;
  const loop = loopFor(f, inputs, out);
  const arrays = inputs.map((o) => o.data);
  const offsets = inputs.map((o) => o.offset ?? 0);
  if (shape.length === 1) {
    const steps = inputs.map((o) => o.strides[0] as number);
    loop(arrays, out, offsets, 0, { n: out.length, steps, m: 1, jumps: steps }, params);
    return;
  }
  const { shape: sizes, strides } = collapse(shape, inputs);
  const last = sizes.length - 1;
  const rows = {
    n: sizes[last] as number,
    steps: strides.map((s) => s[last] as number),
    m: sizes[last - 1] ?? 1,
    jumps: strides.map((s) => s[last - 1] ?? 0),
  };
  const index = new Array<number>(Math.max(0, last - 1)).fill(0);
  for (let o = 0; o < out.length; o += rows.m * rows.n) {
    loop(arrays, out, offsets, o, rows, params);
    advance(index, sizes, strides, offsets);
  }
}

/** Moves to the next index of the outer dimensions, and the offsets with it. */
function advance(
  index: number[],
  sizes: readonly number[],
  strides: readonly (readonly number[])[],
  offsets: number[],
): void {
  for (let d = index.length - 1; d >= 0; d--) {
    index[d] = (index[d] as number) + 1;
    const wrapped = index[d] === sizes[d];
    for (let k = 0; k < offsets.length; k++) {
      const stride = strides[k]?.[d] as number;
      offsets[k] = (offsets[k] as number) + (wrapped ? stride * (1 - (sizes[d] as number)) : stride);
    }
    if (!wrapped) return;
    index[d] = 0;
  }
}

function matmul(x: Values, y: Values, out: Values, size: MatmulSize): void {
  const { batch, m, k, n, transX, transY, xStride, yStride } = size;
  const row = new Float64Array(n);
  for (let b = 0; b < batch; b++) {
    for (let i = 0; i < m; i++) {
      row.fill(0);
      for (let l = 0; l < k; l++) {
        const a = x[b * xStride + (transX ? l * m + i : i * k + l)] as number;
        const base = b * yStride + (transY ? l : l * n);
        const step = transY ? k : 1;
        for (let j = 0; j < n; j++) row[j] = (row[j] as number) + a * (y[base + j * step] as number);
      }
      out.set(row, (b * m + i) * n);
    }
  }
}

function reduce(kind: Reduction, x: Values, out: Values, outer: number, size: number, inner: number): void {
  if (kind === "sum") sumInto(x, out, outer, size, inner);
  else if (kind === "prod") productInto(x, out, outer, size, inner);
  else extremeInto(kind === "max" ? 1 : -1, x, out, outer, size, inner);
}

function sumInto(x: Values, out: Values, outer: number, size: number, inner: number): void {
  if (inner === 1) {
    for (let o = 0, at = 0; o < outer; o++) {
      let sum = 0;
      for (let s = 0; s < size; s++) sum += x[at++] as number;
      out[o] = sum;
    }
    return;
  }
  const sums = new Float64Array(inner);
  for (let o = 0, at = 0; o < outer; o++) {
    sums.fill(0);
    for (let s = 0; s < size; s++) {
      for (let i = 0; i < inner; i++) sums[i] = (sums[i] as number) + (x[at++] as number);
    }
    out.set(sums, o * inner);
  }
}

function productInto(x: Values, out: Values, outer: number, size: number, inner: number): void {
  const products = new Float64Array(inner);
  for (let o = 0, at = 0; o < outer; o++) {
    products.fill(1);
    for (let s = 0; s < size; s++) {
      for (let i = 0; i < inner; i++) products[i] = (products[i] as number) * (x[at++] as number);
    }
    out.set(products, o * inner);
  }
}

/** The largest for sign 1, the smallest for sign −1. */
function extremeInto(sign: 1 | -1, x: Values, out: Values, outer: number, size: number, inner: number): void {
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < inner; i++) {
      let best = -sign * Number.POSITIVE_INFINITY;
      for (let s = 0, at = o * size * inner + i; s < size; s++, at += inner) {
        const value = x[at] as number;
        if (sign * value > sign * best || Number.isNaN(value)) best = value;
        if (Number.isNaN(best)) break;
      }
      out[o * inner + i] = best;
    }
  }
}

const identity: Elementwise = { name: "copy", expr: "x" };

function copy(x: Values, out: Values, shape: Shape, strides: readonly number[], offset: number): void {
  map(identity, [{ data: x, strides, offset }], out, shape, []);
}

export const jsKernels: Kernels = {
  name: "js",
  map,
  matmul,
  reduce,
  copy,
  unfold,
  fold,
  findLargest,
  dotRows,
  combineRows,
};
