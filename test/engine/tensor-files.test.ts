/** Files of tensors: what NumPy wrote is read, what is written is read back, what is broken is refused. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { strToU8, zipSync } from "fflate";
import { describe, it } from "mocha";
import { ModelError } from "../../engine/core/error";
import type { Tensor } from "../../engine/core/tensor";
import { tensor } from "../../engine/creation/create";
import * as data from "../../engine/data";
import * as nn from "../../engine/nn";

const numpy = readFileSync("test/fixtures/arrays.npz");
const safetensors = readFileSync("test/fixtures/tensors.safetensors");

function plain(x: Tensor | undefined) {
  assert.ok(x !== undefined);
  return { dtype: x.dtype, shape: [...x.shape], values: [...x.data] };
}

function mixed(): Record<string, Tensor> {
  return {
    single: tensor([
      [1.5, -2],
      [Infinity, Number.NaN],
    ]),
    double: tensor([Math.PI], { dtype: "float64" }),
    whole: tensor([1, -2, 3], { dtype: "int32" }),
    flags: tensor([true, false]),
    scalar: tensor(7),
    empty: tensor([], { shape: [0, 2] }),
    "größe.0": tensor([1]),
  };
}

function assertSame(found: Record<string, Tensor>, expected: Record<string, Tensor>): void {
  assert.deepEqual(Object.keys(found).sort(), Object.keys(expected).sort());
  for (const [name, x] of Object.entries(expected)) assert.deepEqual(plain(found[name]), plain(x), name);
}

describe("files of tensors", () => {
  it("reads what NumPy wrote", () => {
    const found = data.readNpz(numpy);
    const six = [0, 0.25, 0.5, 0.75, 1, 1.25];
    assert.deepEqual(plain(found.single), { dtype: "float32", shape: [2, 3], values: six });
    assert.deepEqual(plain(found.columns), { dtype: "float32", shape: [2, 3], values: six });
    const double = [1.5, -Infinity, Number.NaN, 2 ** -40];
    assert.deepEqual(plain(found.double), { dtype: "float64", shape: [2, 2], values: double });
    assert.deepEqual(plain(found.half), { dtype: "float32", shape: [4], values: [1, -2.5, 65504, 2 ** -24] });
    assert.deepEqual(plain(found.long), { dtype: "int32", shape: [3], values: [1, -2, 3] });
    assert.deepEqual(plain(found.flags), { dtype: "bool", shape: [2], values: [1, 0] });
    assert.deepEqual(plain(found.scalar), { dtype: "float64", shape: [], values: [0.1] });
    assert.deepEqual(plain(found.empty), { dtype: "float64", shape: [0, 3], values: [] });
  });

  it("reads a .safetensors file", () => {
    const found = data.readSafetensors(safetensors);
    assert.deepEqual(Object.keys(found).sort(), ["fc.bias", "fc.weight", "mask", "steps"]);
    assert.deepEqual(plain(found["fc.bias"]), { dtype: "float32", shape: [2], values: [1.5, -2.25] });
    assert.deepEqual(plain(found.steps), { dtype: "int32", shape: [], values: [-7] });
    assert.deepEqual(plain(found.mask), { dtype: "bool", shape: [3], values: [1, 0, 1] });
  });

  it("reads back what it wrote", () => {
    assertSame(data.readNpz(data.writeNpz(mixed())), mixed());
    assertSame(data.readSafetensors(data.writeSafetensors(mixed(), { made: "here" })), mixed());
  });

  it("carries a module's state", () => {
    const [from, to] = [new nn.BatchNorm1d(3), new nn.BatchNorm1d(3)];
    from.forward(
      tensor([
        [1, 2, 3],
        [3, 5, 9],
      ]),
    );
    to.loadStateDict(data.readSafetensors(data.writeSafetensors(from.stateDict())));
    assertSame(to.stateDict(), from.stateDict());
  });

  it("refuses what is broken", () => {
    const cases: [() => unknown, RegExp][] = [
      [() => data.readNpz(strToU8("no archive")), /readNpz\(\): the file is no zip archive/],
      [() => data.readNpz(zipSync({ "a.npy": strToU8("abcdefghijkl") })), /does not begin with/],
      [
        () => data.readNpy(data.writeNpy(tensor([1, 2])).subarray(0, -4)),
        /found 4 bytes of numbers, expected 8/,
      ],
      [() => data.readSafetensors(new Uint8Array(4)), /has 4 bytes, expected at least 8/],
      [() => data.readSafetensors(safetensors.subarray(0, 40)), /the header should have/],
      [() => data.readSafetensors(safetensors.subarray(0, -1)), /"mask" lies at bytes/],
      [() => data.readSafetensors(new Uint8Array([2, 0, 0, 0, 0, 0, 0, 0, 91, 91])), /no JSON object/],
    ];
    for (const [read, message] of cases) {
      assert.throws(read, (error) => error instanceof ModelError && message.test(error.message));
    }
  });
});
