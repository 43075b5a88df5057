/** Sizes that no memory holds are refused where room is asked for, before anything of that size is made. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "mocha";
import * as gl from "../../engine";
import { guardAllocations } from "../../engine/core/dtype";

const MOST_BYTES = 2 ** 26;
const image = () => gl.ones([1, 1, 2, 2]);

const calls: Readonly<Record<string, () => unknown>> = {
  zeros: () => gl.zeros([1e12]),
  tensor: () => {
    let data: unknown = 1;
    for (let i = 0; i < 40; i++) data = [data, data];
    return gl.tensor(data as number[]);
  },
  oneHot: () => gl.oneHot(gl.tensor([2e9], { dtype: "int32" })),
  "oneHot of classes": () => gl.oneHot(gl.tensor([1]), { numClasses: 1e12 }),
  linspace: () => gl.linspace(0, 1, 1e12),
  logspace: () => gl.logspace(0, 1, 1e12),
  trilIndices: () => gl.trilIndices(1e6, 1e6),
  multinomial: () => gl.multinomial(gl.ones([2]), { numSamples: 1e12, replacement: true }),
  repeatInterleave: () => gl.repeatInterleave(gl.ones([2]), 1e10),
  "repeatInterleave by counts": () => gl.repeatInterleave(gl.ones([2]), gl.tensor([1, 2e9])),
  adaptiveAvgPool2d: () => gl.adaptiveAvgPool2d(image(), 1e9),
  interpolate: () => gl.interpolate(image(), { scaleFactor: 1e9 }),
  pad: () => gl.pad(image(), [1e9, 1e9], { mode: "replicate" }),
  "nn.LSTM": () => new gl.nn.LSTM(2, 2, 1e9),
  "nn.GRU": () => new gl.nn.GRU(1e9, 2),
  "nn.TransformerEncoder": () =>
    new gl.nn.TransformerEncoder(new gl.nn.TransformerEncoderLayer(2, 1, { dimFeedforward: 2 }), 1e9),
};

describe("room for tensors", () => {
  before(() =>
    guardAllocations((bytes) => {
      if (bytes > MOST_BYTES) throw new gl.ModelError("there is no room");
    }),
  );
  after(() => guardAllocations(null));

  for (const [name, call] of Object.entries(calls)) {
    it(`is asked for by ${name}`, () => assert.throws(call, /there is no room/));
  }
});
