/** Everyday calls in positions, by name and as methods, against what PyTorch computes for the same calls. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "mocha";
import * as gl from "../../engine";

interface Stored {
  readonly shape: number[];
  readonly data: (number | "nan" | "inf" | "-inf")[];
}

interface Calls {
  readonly inputs: Readonly<Record<string, Stored & { readonly isInteger: boolean }>>;
  readonly calls: readonly (Stored & { readonly python: string; readonly script: string })[];
}

const { inputs, calls } = JSON.parse(readFileSync("test/reference/calls.json", "utf8")) as Calls;

const words: Readonly<Record<string, number>> = { nan: Number.NaN, inf: Infinity, "-inf": -Infinity };
const numbers = ({ data }: Stored) => data.map((v) => (typeof v === "string" ? (words[v] as number) : v));

/** The library's functions and the inputs under their names, for a call written as text. */
function scope(): Map<string, unknown> {
  const names = new Map<string, unknown>(Object.entries(gl).filter(([name]) => name !== "var"));
  for (const [name, stored] of Object.entries(inputs)) {
    const values = stored.isInteger ? Int32Array.from(numbers(stored)) : Float64Array.from(numbers(stored));
    names.set(name, gl.tensor(values, { shape: stored.shape }));
  }
  return names;
}

describe("reference values: everyday calls", () => {
  for (const { python, script, ...expected } of calls) {
    it(`${script} is ${python}`, () => {
      const names = scope();
      const found = new Function(...names.keys(), `return ${script}`)(...names.values()) as gl.Tensor;
      assert.deepEqual(found.shape, expected.shape);
      for (const [i, wanted] of numbers(expected).entries()) {
        const v = found.data[i] as number;
        const isNear = Object.is(v, wanted) || Math.abs(v - wanted) <= 1e-6 * Math.max(1, Math.abs(wanted));
        assert.ok(isNear, `element ${i} is ${v}, expected ${wanted}`);
      }
    });
  }
});
