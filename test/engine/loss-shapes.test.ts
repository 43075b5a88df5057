/** Losses between tensors of different shapes: refused, or said, as PyTorch does. */
import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "mocha";
import * as gl from "../../engine";

describe("shapes of losses", () => {
  const printed: string[] = [];
  const { warn } = console;
  beforeEach(() => {
    printed.length = 0;
    console.warn = (text: string) => printed.push(text);
  });
  afterEach(() => {
    console.warn = warn;
  });

  const refused: Record<string, () => unknown> = {
    binaryCrossEntropy: () => gl.binaryCrossEntropy(gl.full([4, 1], 0.5), gl.ones(4)),
    binaryCrossEntropyWithLogits: () => gl.binaryCrossEntropyWithLogits(gl.ones(4, 1), gl.ones(4)),
    "binaryCrossEntropyWithLogits, posWeight": () =>
      gl.binaryCrossEntropyWithLogits(gl.ones(4, 1), gl.ones(4), { posWeight: gl.ones(1) }),
  };
  for (const [name, fn] of Object.entries(refused)) {
    it(`${name} takes a target of the shape of x`, () => {
      const message = /^binaryCrossEntropy\w*\(\): target has shape \[4\], expected that of x, \[4, 1\]/;
      assert.throws(fn, (error) => error instanceof gl.ModelError && message.test(error.message));
    });
  }

  it("crossEntropy refuses labels that are no whole numbers", () => {
    const fn = () => gl.crossEntropy(gl.ones(4, 3), gl.tensor([0.5, 1, 2, 0]));
    assert.throws(fn, (error) => {
      assert.ok(error instanceof gl.ModelError);
      assert.match(error.message, /target holds 0.5 at position 0, expected a class/);
      assert.match(error.hint ?? "", /probabilities has the shape of x/);
      return true;
    });
  });

  for (const [name, loss] of Object.entries({
    mseLoss: gl.mseLoss,
    l1Loss: gl.l1Loss,
    smoothL1Loss: gl.smoothL1Loss,
    huberLoss: gl.huberLoss,
  })) {
    it(`${name} warns, once, of a target that broadcasts`, () => {
      for (let i = 0; i < 3; i++) loss(gl.ones(5, 1), gl.ones(5));
      assert.equal(printed.length, 1);
      assert.match(printed[0] ?? "", new RegExp(`${name}\\(\\): target has shape \\[5\\] and x \\[5, 1\\]`));
      loss(gl.ones(5), gl.ones(5));
      assert.equal(printed.length, 1);
    });
  }
});
