/** The digits: values, shapes, what is refused. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { describe, it } from "mocha";
import { ModelError } from "../../engine/core/error";
import { digits } from "../../engine/data";

const rows = gunzipSync(readFileSync("media/digits.csv.gz"))
  .toString("utf8")
  .trim()
  .split("\n")
  .map((line) => line.split(",").map(Number));

describe("data.digits", () => {
  it("gives all 1,797 images as the file holds them", () => {
    const { images, labels } = digits();
    assert.deepEqual(images.shape, [1797, 64]);
    assert.deepEqual(
      Array.from(images.data),
      rows.flatMap((row) => row.slice(0, 64).map((v) => v / 16)),
    );
    assert.deepEqual(
      Array.from(labels.data),
      rows.map((row) => row[64]),
    );
    assert.deepEqual([images.dtype, labels.dtype], ["float32", "int32"]);
  });

  it("gives the first images, in the shape asked for", () => {
    assert.deepEqual(digits({ count: 3 }).images.shape, [3, 64]);
    assert.deepEqual(digits({ count: 3, shape: [1, 8, 8] }).images.shape, [3, 1, 8, 8]);
    assert.deepEqual(digits({ count: 3, shape: "image" }).images.shape, [3, 1, 8, 8]);
  });

  it("says which count or shape is wrong", () => {
    assert.throws(() => digits({ count: 0 }), /count is 0, expected an integer from 1 to 1797/);
    assert.throws(() => digits({ count: 1798 }), ModelError);
    assert.throws(() => digits({ shape: [28, 28] }), /shape is \[28, 28\], expected/);
  });
});
