/** Tensors made of nothing: shapes, types, ranges and statistics, and what is refused. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import * as gl from "../../engine";

const values = (x: gl.Tensor): number[] => Array.from(x.data);
const mean = (x: gl.Tensor) => values(x).reduce((sum, v) => sum + v, 0) / x.size;
const spread = (x: gl.Tensor) => {
  const middle = mean(x);
  return Math.sqrt(values(x).reduce((sum, v) => sum + (v - middle) ** 2, 0) / x.size);
};
const near = (found: number, expected: number, tolerance: number) =>
  assert.ok(Math.abs(found - expected) <= tolerance, `found ${found}, expected ${expected}`);

describe("tensors like another", () => {
  const x = gl.tensor([[1, 2, 3]], { dtype: "float64", requiresGrad: true });

  it("have its shape and type, and no history", () => {
    for (const made of [gl.zerosLike(x), gl.onesLike(x), gl.randLike(x), gl.randnLike(x), gl.emptyLike(x)]) {
      assert.deepEqual([made.shape, made.dtype, made.requiresGrad], [[1, 3], "float64", false]);
    }
    assert.deepEqual(gl.onesLike(x).toArray(), [[1, 1, 1]]);
    assert.deepEqual(gl.fullLike(x, 7).toArray(), [[7, 7, 7]]);
  });

  it("are empty in any shape, number by number, too", () => {
    assert.deepEqual(gl.empty([2, 3], { dtype: "int32" }).dtype, "int32");
    assert.deepEqual(gl.empty(2, 3).shape, [2, 3]);
  });

  it("take another type, and a gradient", () => {
    const made = gl.zerosLike(x, { dtype: "float32", requiresGrad: true });
    assert.deepEqual([made.dtype, made.requiresGrad], ["float32", true]);
    assert.throws(() => gl.randnLike(gl.randperm(3)), /randnLike\(\): random values need float32/);
    assert.throws(() => gl.onesLike([1] as never), /onesLike\(\): x is \[1\], expected a tensor/);
  });
});

describe("random tensors", () => {
  it("are integers of a range, all of them", () => {
    gl.manualSeed(1);
    const x = gl.randint(-2, 3, [5, 1000]);
    assert.deepEqual([x.dtype, x.shape], ["int32", [5, 1000]]);
    assert.deepEqual(
      [...new Set(x.data)].sort((a, b) => a - b),
      [-2, -1, 0, 1, 2],
    );
    near(mean(x), 0, 0.1);
    assert.deepEqual([...new Set(gl.randint(2, [100]).data)].sort(), [0, 1]);
    assert.throws(() => gl.randint(3, 3, [2]), /expected low below high/);
  });

  it("are permutations, each element anywhere", () => {
    gl.manualSeed(2);
    assert.deepEqual([...gl.randperm(9).data].sort(), [0, 1, 2, 3, 4, 5, 6, 7, 8]);
    const firsts = Array.from({ length: 3000 }, () => gl.randperm(3).data[0]);
    for (const i of [0, 1, 2]) near(firsts.filter((v) => v === i).length / 3000, 1 / 3, 0.04);
  });

  it("are normal, with one mean or many", () => {
    gl.manualSeed(3);
    const x = gl.normal(3, 0.5, [20_000]);
    near(mean(x), 3, 0.02);
    near(spread(x), 0.5, 0.02);
    assert.deepEqual(gl.normal(gl.tensor([1, 2, 3]), 0).toArray(), [1, 2, 3]);
  });

  it("follow probabilities and weights", () => {
    gl.manualSeed(4);
    near(mean(gl.bernoulli(gl.full([20_000], 0.3))), 0.3, 0.02);
    const drawn = gl.multinomial(gl.tensor([1, 0, 3]), 20_000, true);
    near(mean(drawn), 1.5, 0.03);
    const rows = gl.multinomial(gl.tensor([[1, 2, 0], [0, 1, 1]]), 2); // biome-ignore format: two rows
    assert.deepEqual(
      (rows.toArray() as number[][]).map((row) => row.toSorted()),
      [
        [0, 1],
        [1, 2],
      ],
    );
    assert.throws(() => gl.multinomial(gl.tensor([1, 0]), 2), /enough of them above 0 for 2 draws/);
  });

  it("drop whole channels", () => {
    gl.manualSeed(5);
    const out = gl.dropout2d(gl.ones([50, 40, 2, 3]), { p: 0.25 });
    const channels = Array.from({ length: 2000 }, (_, c) => new Set(out.data.subarray(6 * c, 6 * c + 6)));
    assert.ok(channels.every((each) => each.size === 1));
    near(channels.filter((each) => each.has(0)).length / 2000, 0.25, 0.04);
    near(mean(out), 1, 0.05);
  });
});

describe("shapes", () => {
  it("have at most 64 dimensions, as NumPy's", () => {
    const shape = Array.from({ length: 64 }, () => 1);
    assert.equal(gl.zeros(shape).ndim, 64);
    assert.equal(gl.ones([1]).expand(shape).ndim, 64);
    assert.throws(() => gl.zeros([...shape, 1]), /shape has 65 dimensions, expected at most 64/);
  });
});
