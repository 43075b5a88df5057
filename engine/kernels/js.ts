/** The reference implementation of the kernels, in plain JavaScript. */
import type { Values } from "../dtype";
import type { Shape } from "../shape";
import type { Elementwise, Kernels, MatmulSize, Operand, Reduction } from "./kernels";
import { prelude } from "./prelude";

type Loop = (
  arrays: Values[],
  out: Values,
  offsets: number[],
  outOffset: number,
  steps: number[],
  n: number,
  params: readonly number[],
) => void;

const compiled = new Map<string, Loop>();
const letters = ["x", "y", "z"];

/** The loop over one row for this function and these element types; one per combination keeps it monomorphic. */
function loopFor(f: Elementwise, inputs: readonly Operand[], out: Values): Loop {
  const key = `${f.name}|${f.expr}|${inputs.map((i) => i.data.constructor.name).join()}|${out.constructor.name}`;
  let loop = compiled.get(key);
  if (loop === undefined) {
    loop = compile(f, inputs.length, out instanceof Uint8Array);
    compiled.set(key, loop);
  }
  return loop;
}

function compile(f: Elementwise, count: number, isBool: boolean): Loop {
  const used = Object.entries(prelude).filter(([name]) => new RegExp(`\\b${name}\\(`).test(f.expr));
  const ids = Array.from({ length: count }, (_, i) => i);
  const source = [
    ...used.map(([, text]) => text),
    ...(f.params ?? []).map((name, i) => `const ${name} = params[${i}];`),
    ...ids.map((i) => `const a${i} = arrays[${i}], p${i} = offsets[${i}], s${i} = steps[${i}];`),
    "for (let i = 0; i < n; i++) {",
    ...ids.map((i) => `const ${letters[i]} = a${i}[p${i} + i * s${i}];`),
    `out[outOffset + i] = ${isBool ? `(${f.expr}) ? 1 : 0` : f.expr};`,
    "}",
  ].join("\n");
  return new Function("arrays", "out", "offsets", "outOffset", "steps", "n", "params", source) as Loop;
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
      operands.forEach((o, k) => strides[k]?.push(o.strides[d] as number));
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
  const flat = collapse(shape, inputs);
  const inner = flat.shape.length - 1;
  const n = flat.shape[inner] as number;
  const steps = flat.strides.map((s) => s[inner] as number);
  const offsets = inputs.map((o) => o.offset ?? 0);
  const index = new Array<number>(inner).fill(0);
  for (let o = 0; o < out.length; o += n) {
    loop(arrays, out, offsets, o, steps, n, params);
    for (let d = inner - 1; d >= 0; d--) {
      index[d] = (index[d] as number) + 1;
      const wrapped = index[d] === flat.shape[d];
      for (let k = 0; k < offsets.length; k++) {
        const stride = flat.strides[k]?.[d] as number;
        offsets[k] = (offsets[k] as number) + (wrapped ? stride * (1 - (flat.shape[d] as number)) : stride);
      }
      if (!wrapped) break;
      index[d] = 0;
    }
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

const folds: Readonly<Record<Reduction, { start: number; fold(a: number, b: number): number }>> = {
  sum: { start: 0, fold: (a, b) => a + b },
  prod: { start: 1, fold: (a, b) => a * b },
  max: { start: -Infinity, fold: (a, b) => (b > a || b !== b ? b : a) },
  min: { start: Infinity, fold: (a, b) => (b < a || b !== b ? b : a) },
};

function reduce(kind: Reduction, x: Values, out: Values, outer: number, size: number, inner: number): void {
  const { start, fold } = folds[kind];
  const sums = new Float64Array(inner);
  for (let o = 0; o < outer; o++) {
    sums.fill(start);
    for (let s = 0; s < size; s++) {
      const base = (o * size + s) * inner;
      for (let i = 0; i < inner; i++) sums[i] = fold(sums[i] as number, x[base + i] as number);
    }
    out.set(sums, o * inner);
  }
}

const identity: Elementwise = { name: "copy", expr: "x" };

function copy(x: Values, out: Values, shape: Shape, strides: readonly number[], offset: number): void {
  map(identity, [{ data: x, strides, offset }], out, shape, []);
}

export const jsKernels: Kernels = { name: "js", map, matmul, reduce, copy };
