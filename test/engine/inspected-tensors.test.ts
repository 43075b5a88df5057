/** Looking at a tensor in Node is no mistake, however one looks. */
import assert from "node:assert/strict";
import { inspect } from "node:util";
import { describe, it } from "mocha";
import { nn, parameter } from "../../engine";

describe("tensors that are inspected", () => {
  it("are shown, also without the text that they give of themselves", () => {
    for (const customInspect of [true, false]) {
      assert.match(inspect(parameter(2), { customInspect }), /Tensor/);
      assert.match(inspect(new nn.Linear(1, 1), { customInspect }), /Linear/);
    }
  });
});
