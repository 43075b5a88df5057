/** Sums and combinations over groups of rows: WebAssembly gives what the reference gives. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { newValues, type Values } from "../../engine/core/dtype";
import { Sampler } from "../../engine/core/sampler";
import { jsKernels } from "../../engine/kernels/js";
import type { Kernels } from "../../engine/kernels/kernels";
import { openWasm } from "../../engine/kernels/wasm";
import { allocateShared } from "../../engine/kernels/wasm/memory";
import { always } from "../../engine/kernels/wasm/worth";

const wasm = openWasm(always);
const layouts = [
  { a: 1, groups: 5, b: 7 },
  { a: 3, groups: 4, b: 1 },
  { a: 2, groups: 1, b: 130 },
  { a: 9, groups: 16, b: 33 },
];

function drawn(dtype: "float32" | "float64", size: number, shared: boolean, r: Sampler): Values {
  const values = shared ? allocateShared(dtype, size) : newValues(dtype, size);
  values.set(r.uniform([size], 2, 5).data);
  return values;
}

function largestDifference(found: Values, expected: Values): number {
  return Math.max(...Array.from(expected as ArrayLike<number>, (e, i) => Math.abs((found[i] as number) - e)));
}

/** The largest difference of all layouts and ways to call. */
function differences(dtype: "float32" | "float64", tested: Kernels): number {
  const r = new Sampler(3);
  let worst = 0;
  for (const { a, groups, b } of layouts) {
    for (const shared of [true, false]) {
      const size = a * groups * b;
      const [x, y] = [drawn(dtype, size, shared, r), drawn(dtype, size, shared, r)];
      const numbers = [1, 2, 3].map(() => new Float64Array(r.uniform([groups], -1, 1).data)) as [
        Float64Array,
        Float64Array,
        Float64Array,
      ];
      const run = (kernels: Kernels) => {
        const [sums, dots, shifted] = [1, 2, 3].map(() => new Float64Array(groups).fill(9)) as [
          Float64Array,
          Float64Array,
          Float64Array,
        ];
        const out = newValues(dtype, size);
        kernels.dotRows(x, null, null, sums, { groups, b });
        kernels.dotRows(x, y, null, dots, { groups, b });
        kernels.dotRows(x, x, numbers[0], shifted, { groups, b });
        kernels.combineRows(x, y, out, numbers, { groups, b });
        return [sums, dots, shifted, out];
      };
      const expected = run(jsKernels);
      for (const [i, found] of run(tested).entries())
        worst = Math.max(worst, largestDifference(found, expected[i] as Values) / Math.sqrt(size));
    }
  }
  return worst;
}

describe("kernels: rows", () => {
  for (const [dtype, allowed] of [
    ["float32", 3e-6],
    ["float64", 1e-12],
  ] as const) {
    it(`are the reference's in ${dtype}`, () => assert.ok(differences(dtype, wasm) < allowed));

    it(`are compared so that faults show in ${dtype}`, () => {
      const faulty: Kernels = {
        ...wasm,
        combineRows(x, y, out, numbers, layout) {
          wasm.combineRows(x, y, out, numbers, layout);
          out[0] = (out[0] as number) + 1e-3;
        },
      };
      assert.ok(differences(dtype, faulty) > allowed);
    });
  }
});
