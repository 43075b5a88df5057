/** The WebAssembly kernels give what the reference kernels give: every operation, every size, special values; and the comparison sees faults. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { type DType, isFloat, newValues, type Values } from "../../engine/core/dtype";
import { allOps, type Op } from "../../engine/core/op";
import { kernels, useKernels } from "../../engine/kernels";
import type { Windows } from "../../engine/kernels/im2col";
import { jsKernels } from "../../engine/kernels/js";
import type { Elementwise, Kernels, Operand, Reduction } from "../../engine/kernels/kernels";
import { openWasm } from "../../engine/kernels/wasm";
import { allocateShared } from "../../engine/kernels/wasm/memory";
import { always } from "../../engine/kernels/wasm/worth";
import "../../engine/ops";
import { Sampler } from "../../engine/core/sampler";
import { type Shape, sizeOf } from "../../engine/core/shape";
import { quietly } from "../../engine/core/tape";
import { Tensor } from "../../engine/core/tensor";

type Floating = "float32" | "float64";

const wasm = openWasm(always);
const types: readonly Floating[] = ["float32", "float64"];
/** Exponentials in float32 are right to 4e-7 of their value; sums in another order lose a little more. */
const tolerance: Readonly<Record<Floating, number>> = { float32: 4e-6, float64: 1e-12 };
const special = [Number.NaN, Infinity, -Infinity, 0, -0, 1e-42, -3e38, 88.5, -88.5, 104, -104, 9.5, 1e-5];

function withKernels<T>(implementation: Kernels, fn: () => T): T {
  const before = kernels();
  useKernels(implementation);
  try {
    return fn();
  } finally {
    useKernels(before);
  }
}

/** What differs, or null; values relative to the largest one. */
function difference(found: Values, expected: Values, dtype: DType, exact = false): string | null {
  const finite = Array.from(expected as ArrayLike<number>, Math.abs).filter(Number.isFinite);
  const scale = finite.reduce((a, b) => Math.max(a, b), 1e-3);
  const allowed = isFloat(dtype) && !exact ? tolerance[dtype as Floating] * scale : 0;
  for (let i = 0; i < expected.length; i++) {
    const [a, b] = [found[i] as number, expected[i] as number];
    const same = a === b || Object.is(a, b) || Math.abs(a - b) <= allowed;
    if (!same) return `[${i}] of ${expected.length} is ${a}, the reference gives ${b}`;
  }
  return null;
}

function asType(x: Tensor, dtype: Floating): Tensor {
  if (!isFloat(x.dtype)) return x;
  const data = newValues(dtype, x.size);
  data.set(x.data);
  return new Tensor(data, x.shape, dtype);
}

/** The first sample at which an operation differs from the reference. */
function opDifference(op: Op, dtype: Floating, tested: Kernels): string | null {
  for (const [k, { inputs, attrs }] of op.samples(new Sampler(7)).entries()) {
    const run = (implementation: Kernels) =>
      withKernels(implementation, () =>
        quietly(() =>
          op.forward(
            inputs.map((x) => asType(x, dtype)),
            attrs,
          ),
        ),
      );
    const [found, expected] = [run(tested), run(jsKernels)];
    const problem = difference(found.data, expected.data, found.dtype);
    if (problem !== null) return `sample ${k}: ${problem}`;
  }
  return null;
}

const random = new Sampler(11);

/** Values on the heap or in the shared memory, with special ones among them when asked for. */
function valuesOf(dtype: DType, size: number, shared: boolean, withSpecial = false): Values {
  const values = shared ? allocateShared(dtype, size) : newValues(dtype, size);
  const drawn = random.uniform([size], -3, 3).data;
  for (let i = 0; i < size; i++) {
    values[i] =
      withSpecial && i % 3 === 0 ? (special[(i / 3) % special.length] as number) : (drawn[i] as number);
  }
  return values;
}

/** Every elementwise function that some operation uses at its samples, with its number of inputs. */
function elementwiseFunctions(): { f: Elementwise; arity: number; params: readonly number[] }[] {
  const found = new Map<string, { f: Elementwise; arity: number; params: readonly number[] }>();
  const listening: Kernels = {
    ...jsKernels,
    map(f, inputs, out, shape, params) {
      found.set(`${f.expr}|${inputs.length}`, { f, arity: inputs.length, params });
      jsKernels.map(f, inputs, out, shape, params);
    },
  };
  withKernels(listening, () => {
    for (const op of allOps().values()) {
      for (const { inputs, attrs } of op.samples(new Sampler(7))) quietly(() => op.forward(inputs, attrs));
    }
  });
  return [...found.values()];
}

/** Shapes with the strides of two operands over them: long and odd rows, repeated rows, columns and single values. */
const layouts: readonly { shape: Shape; strides: readonly (readonly number[])[] }[] = [
  { shape: [1], strides: [[1], [1]] },
  { shape: [7], strides: [[1], [1]] },
  { shape: [5003], strides: [[1], [1]] },
  {
    shape: [17, 31],
    strides: [
      [31, 1],
      [0, 1],
    ],
  },
  {
    shape: [17, 31],
    strides: [
      [0, 1],
      [31, 1],
    ],
  },
  {
    shape: [33, 5],
    strides: [
      [5, 1],
      [1, 0],
    ],
  },
  {
    shape: [33, 5],
    strides: [
      [1, 0],
      [5, 1],
    ],
  },
  { shape: [1001], strides: [[1], [0]] },
  { shape: [1001], strides: [[0], [1]] },
  {
    shape: [9, 13],
    strides: [
      [13, 1],
      [1, 9],
    ],
  },
  {
    shape: [3, 4, 5],
    strides: [
      [20, 5, 1],
      [5, 0, 1],
    ],
  },
];

function mapDifference(
  { f, arity, params }: { f: Elementwise; arity: number; params: readonly number[] },
  dtype: Floating,
  tested: Kernels,
): string | null {
  for (const { shape, strides } of layouts) {
    for (const shared of [true, false]) {
      const inputs = Array.from({ length: arity }, (_, i): Operand => {
        const steps = strides[i % 2] as readonly number[];
        const extent = 1 + shape.reduce((sum, n, d) => sum + (n - 1) * (steps[d] as number), 0);
        return { data: valuesOf(dtype, extent, shared, i === 0), strides: steps };
      });
      const size = sizeOf(shape);
      const [found, expected] = [valuesOf(dtype, size, shared), newValues(dtype, size)];
      tested.map(f, inputs, found, shape, params);
      jsKernels.map(f, inputs, expected, shape, params);
      for (let i = 0; i < size; i++) {
        const problem = difference(found.subarray(i, i + 1), expected.subarray(i, i + 1), dtype);
        if (problem !== null) return `${f.expr} over [${shape}], element ${i}: ${problem}`;
      }
    }
  }
  return null;
}

const products = [
  [1, 1, 1],
  [1, 300, 9],
  [3, 7, 5],
  [64, 1, 64],
  [13, 257, 8],
  [97, 31, 33],
  [200, 520, 1],
  [6, 4, 260],
] as const;

function matmulDifference(dtype: Floating, tested: Kernels): string | null {
  for (const [m, k, n] of products) {
    for (const variant of [0, 1, 2, 3, 4, 5, 6, 7]) {
      const [transX, transY, repeats] = [variant % 2 === 1, variant % 4 > 1, variant > 3];
      const batch = 2;
      const size = { batch, m, k, n, transX, transY, xStride: repeats ? 0 : m * k, yStride: k * n };
      const x = valuesOf(dtype, batch * m * k, variant % 3 > 0);
      const y = valuesOf(variant === 5 ? "float32" : dtype, batch * k * n, variant % 3 > 1);
      const [found, expected] = [
        valuesOf(dtype, batch * m * n, variant % 3 > 0),
        newValues(dtype, batch * m * n),
      ];
      tested.matmul(x, y, found, size);
      jsKernels.matmul(x, y, expected, size);
      const problem = difference(found, expected, dtype);
      if (problem !== null) return `${m} × ${k} × ${n}, variant ${variant}: ${problem}`;
    }
  }
  return null;
}

const reductions: readonly Reduction[] = ["sum", "prod", "max", "min"];

function reduceDifference(dtype: Floating, tested: Kernels): string | null {
  for (const kind of reductions) {
    for (const [outer, size, inner] of [
      [1, 1, 1],
      [1, 5003, 1],
      [7, 33, 1],
      [3, 9, 31],
      [1, 64, 129],
      [2, 0, 3],
    ] as const) {
      for (const withSpecial of [false, true]) {
        const x = valuesOf(dtype, outer * size * inner, withSpecial, withSpecial);
        const [found, expected] = [valuesOf(dtype, outer * inner, true), newValues(dtype, outer * inner)];
        tested.reduce(kind, x, found, outer, size, inner);
        jsKernels.reduce(kind, x, expected, outer, size, inner);
        const problem = difference(found, expected, dtype);
        if (problem !== null) return `${kind} of ${outer} × ${size} × ${inner}: ${problem}`;
      }
    }
  }
  return null;
}

function copyDifference(dtype: Floating, tested: Kernels): string | null {
  const reads: readonly [Shape, readonly number[], number][] = [
    [[31, 17], [1, 31], 0],
    [[64, 64], [1, 64], 0],
    [[3, 40, 50], [2000, 1, 40], 0],
    [[5, 7, 9], [1, 45, 5], 0],
    [[100], [-1], 99],
    [[10, 20], [0, 1], 5],
  ];
  for (const [shape, strides, offset] of reads) {
    const x = valuesOf(dtype, 6000, true, true);
    const [found, expected] = [valuesOf(dtype, sizeOf(shape), true), newValues(dtype, sizeOf(shape))];
    tested.copy(x, found, shape, strides, offset);
    jsKernels.copy(x, expected, shape, strides, offset);
    const problem = difference(found, expected, dtype, true);
    if (problem !== null) return `[${shape}] by [${strides}]: ${problem}`;
  }
  return null;
}

/** Images, kernels, strides, paddings and dilations, in rows and columns. */
const windowLists: readonly Windows[] = [
  {
    channels: 2,
    size: [7, 9],
    kernel: [3, 3],
    stride: [1, 1],
    padding: [0, 0],
    dilation: [1, 1],
    count: [5, 7],
  },
  {
    channels: 3,
    size: [8, 5],
    kernel: [3, 2],
    stride: [2, 1],
    padding: [1, 1],
    dilation: [1, 1],
    count: [4, 6],
  },
  {
    channels: 1,
    size: [40, 33],
    kernel: [5, 4],
    stride: [3, 2],
    padding: [2, 1],
    dilation: [2, 3],
    count: [12, 13],
  },
  {
    channels: 2,
    size: [1, 30],
    kernel: [1, 7],
    stride: [1, 1],
    padding: [0, 3],
    dilation: [1, 1],
    count: [1, 30],
  },
  {
    channels: 1,
    size: [2, 2],
    kernel: [5, 5],
    stride: [1, 1],
    padding: [2, 2],
    dilation: [1, 1],
    count: [2, 2],
  },
];

function windowsDifference(dtype: Floating, tested: Kernels): string | null {
  for (const [at, windows] of windowLists.entries()) {
    const { channels, size, kernel, count } = windows;
    const pixels = channels * sizeOf(size);
    for (const shared of [true, false]) {
      const run = (implementation: Kernels) => {
        const image = imageOf(dtype, pixels, shared);
        const columns = imageOf(dtype, channels * sizeOf(kernel) * sizeOf(count), shared);
        const places = new Int32Array(channels * sizeOf(count));
        implementation.findLargest(image, places, windows);
        const taken = columns.slice();
        implementation.fold(columns, image, windows);
        implementation.unfold(image, taken, windows);
        return [places, image, taken] as const;
      };
      const [found, expected] = [run(tested), run(jsKernels)];
      for (const [i, what] of ["findLargest", "fold", "unfold"].entries()) {
        const problem = difference(found[i] as Values, expected[i] as Values, i === 0 ? "int32" : dtype);
        if (problem !== null) return `${what}, windows ${at}: ${problem}`;
      }
    }
  }
  return null;
}

/** The same numbers each time, with equal ones among them. */
function imageOf(dtype: DType, size: number, shared: boolean): Values {
  const values = shared ? allocateShared(dtype, size) : newValues(dtype, size);
  for (let i = 0; i < size; i++) values[i] = Math.round(10 * Math.sin(i * i));
  return values;
}

describe("kernels: WebAssembly against the reference", () => {
  it("is what operations use unless told otherwise", () => assert.equal(kernels().name, "wasm"));

  for (const dtype of types) {
    for (const op of allOps().values()) {
      it(`${op.name} in ${dtype}`, () => assert.equal(opDifference(op, dtype, wasm), null));
    }
    it(`every elementwise function in ${dtype}: sizes, broadcasting, NaN and infinities`, () => {
      const functions = elementwiseFunctions();
      assert.ok(functions.length > 20);
      for (const each of functions) assert.equal(mapDifference(each, dtype, wasm), null);
    });
    it(`matrix products in ${dtype}`, () => assert.equal(matmulDifference(dtype, wasm), null));
    it(`reductions in ${dtype}`, () => assert.equal(reduceDifference(dtype, wasm), null));
    it(`windows in ${dtype}`, () => assert.equal(windowsDifference(dtype, wasm), null));
    it(`copies in ${dtype}`, () => assert.equal(copyDifference(dtype, wasm), null));
  }
});

describe("kernels: the comparison sees planted faults", () => {
  const spoil = (out: Values) => {
    out[out.length - 1] = (out[out.length - 1] as number) + 1e-4;
  };
  for (const dtype of types) {
    it(`in ${dtype}`, () => {
      const faulty: Kernels = {
        ...wasm,
        map: (f, inputs, out, shape, params) => {
          wasm.map(f, inputs, out, shape, params);
          spoil(out);
        },
        matmul: (x, y, out, size) => {
          wasm.matmul(x, y, out, size);
          spoil(out);
        },
        reduce: (kind, x, out, outer, size, inner) => {
          wasm.reduce(kind, x, out, outer, size, inner);
          spoil(out);
        },
        copy: (x, out, shape, strides, offset) => {
          wasm.copy(x, out, shape, strides, offset);
          spoil(out);
        },
        unfold: (image, columns, windows) => {
          wasm.unfold(image, columns, windows);
          spoil(columns);
        },
      };
      const add = { f: { name: "add", expr: "x + y" }, arity: 2, params: [] };
      assert.ok(mapDifference(add, dtype, faulty));
      assert.ok(matmulDifference(dtype, faulty));
      assert.ok(reduceDifference(dtype, faulty));
      assert.ok(copyDifference(dtype, faulty));
      assert.ok(windowsDifference(dtype, faulty));
      const ops = ["add", "matmul", "sum", "permute"].map((name) => allOps().get(name) as Op);
      for (const op of ops) assert.ok(opDifference(op, dtype, faulty), `${op.name} passed`);
    });
  }
});
