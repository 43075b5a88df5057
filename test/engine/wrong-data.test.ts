/** What is no data, no shape and no room: one message each that says what was found, and where. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import * as gl from "../../engine";
import { functions } from "./reference";
import { type Refused, testRefused } from "./refused";

/** A call that TypeScript would refuse. */
const call = (name: string, ...args: unknown[]) => functions[name]?.(...args);
const w = () => gl.ones([2], { requiresGrad: true });

function nested(levels: number): unknown {
  let data: unknown = 1;
  for (let i = 0; i < levels; i++) data = [data];
  return data;
}

/** An array that holds itself, behind `first`. */
function ring(...first: unknown[]): unknown {
  const data = [...first];
  data.push(data);
  return data;
}

/** 2⁵⁰ numbers in 50 arrays. */
function doubled(): unknown {
  let data: unknown = 1;
  for (let i = 0; i < 50; i++) data = [data, data];
  return data;
}

function detached(): Float32Array {
  const values = new Float32Array(4);
  structuredClone(values.buffer, { transfer: [values.buffer] });
  return values;
}

/** Whatever is asked of it, it holds one more level. */
function endless(): unknown {
  return new Proxy([0], { get: (target, key) => (key === "0" ? endless() : Reflect.get(target, key)) });
}

const data: readonly Refused[] = [
  ["tensor", () => call("tensor", ring()), /: the data contain themselves/],
  ["tensor", () => call("tensor", [ring()]), /: the data contain themselves/],
  ["tensor", () => call("tensor", ring(1)), /: found an array of 2 at \[1\], expected a number/],
  ["tensor", () => call("tensor", nested(65)), /nested more than 64 levels deep/],
  ["tensor", () => call("tensor", nested(100_000)), /nested more than 64 levels deep/],
  ["parameter", () => call("parameter", endless()), /nested more than 64 levels deep/],
  ["tensor", () => call("tensor", doubled()), /1,125,899,906,842,624 elements is more than the memory holds/],
  [
    "tensor",
    () =>
      call("tensor", [
        [1, 2],
        [3, "two"],
      ]),
    /: found "two" at \[1\]\[1\], expected a number/,
  ],
  [
    "tensor",
    () => call("tensor", Object.assign([1], { 2: 3 })),
    /: found undefined at \[1\], expected a number/,
  ],
  ["tensor", () => call("tensor", [1, 2n]), /: found 2n at \[1\], expected a number/, /Number\(x\)/],
  [
    "tensor",
    () => call("tensor", [[1, 2], [3]]),
    /found \[3\] at \[1\], expected an array of 2 as in the first/,
  ],
  [
    "tensor",
    () => call("tensor", [[1, 2], 3]),
    /found 3 at \[1\], expected an array of 2 as in the first row/,
  ],
  ["tensor", () => call("tensor", [w(), w()]), /found a tensor of shape \[2\] at \[0\]/, /stack/],
  ["tensor", () => call("tensor", [new Float32Array(2)]), /found a Float32Array at \[0\]/, /\[\.\.\.x\]/],
  ["tensor", () => call("tensor", null), /: data is null, expected a number, nested arrays, a typed array/],
  ["tensor", () => call("tensor", "12"), /: data is "12", expected a number/],
  ["tensor", () => call("tensor", Promise.resolve(1)), /: data is a Promise, expected/, /await/],
  [
    "tensor",
    () => call("tensor", new ArrayBuffer(8)),
    /: data is an ArrayBuffer, expected/,
    /Float32Array\(/,
  ],
  [
    "tensor",
    () => call("tensor", new DataView(new ArrayBuffer(8))),
    /: data is a DataView/,
    /Float32Array\(/,
  ],
  ["tensor", () => call("tensor", new BigInt64Array(3)), /: data is a BigInt64Array/, /Number\(x\)/],
  ["tensor", () => call("tensor", detached()), /: data is a Float32Array whose buffer was transferred/],
  ["tensor", () => call("tensor", new Map()), /: data is a Map, expected/, /values/],
  ["tensor", () => call("tensor", Uint32Array.of(1, 2 ** 32 - 1)), /holds 4294967295 at position 1/],
  ["tensor", () => call("tensor", Uint8Array.of(1, 200)), /holds 200 at position 1.*bool/, /dtype: "int32"/],
];

const shapes: readonly Refused[] = [
  ["reshape", () => gl.reshape(w(), [-1, -1]), /: shape is \[-1, -1\], expected at most one -1/],
  ["reshape", () => gl.reshape(w(), [-3, -1]), /: shape is \[-3, -1\], expected an array of sizes/],
  ["zeros", () => gl.zeros([2, Number.NaN]), /: shape is \[2, NaN\], expected an array of sizes/],
  ["zeros", () => call("zeros", [2n]), /: shape is \[2n\], expected an array of sizes/],
  [
    "zeros",
    () => call("zeros", gl.ones([300])),
    /: shape is a tensor of shape \[300\], expected/,
    /zerosLike/,
  ],
  ["ones", () => call("ones", [{ a: 1 }]), /: shape is an array of 1, expected an array of sizes/],
  ["repeatInterleave", () => gl.repeatInterleave(w(), gl.tensor([1, -1])), /repeats holds -1 at position 1/],
  ["bernoulli", () => gl.bernoulli(gl.tensor([0.5, 2])), /x holds 2 at position 1, expected probabilities/],
];

describe("wrong data", () => {
  testRefused({ data, shapes });

  it("does not mean small integers of any width", () => {
    for (const values of [
      Int8Array.of(-1, 2),
      Int16Array.of(-1, 2),
      Uint16Array.of(65535),
      Uint32Array.of(7),
    ]) {
      const x = call("tensor", values) as gl.Tensor;
      assert.deepEqual([x.dtype, ...x.data], ["int32", ...values]);
    }
    assert.deepEqual([...gl.tensor(Uint8Array.of(1, 200), { dtype: "float32" }).data], [1, 200]);
    assert.equal(gl.tensor(Uint8Array.of(1, 0)).dtype, "bool");
  });

  it("calls what does not fit into memory by its type", () => {
    assert.throws(
      () => gl.zeros([1e12], { dtype: "int32" }),
      /an int32 tensor of 1,000,000,000,000 elements is/,
    );
    assert.throws(() => gl.zeros([1e12]), /zeros\(\): a float32 tensor of 1,000,000,000,000 elements is/);
  });

  it("does not mean data that share their rows, or 64 levels", () => {
    const row = [1, 2];
    assert.deepEqual(gl.tensor([row, row]).toArray(), [row, row]);
    assert.equal((call("tensor", nested(64)) as gl.Tensor).ndim, 64);
  });
});
