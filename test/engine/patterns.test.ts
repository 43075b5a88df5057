/** What kind of mistake a wrong gradient is called. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { findPattern } from "../../engine/check/blame/pattern";
import * as g from "../../engine/index";

const numbers = [1.3, -0.7, 2.1, 0.4, -1.9, 0.8, 3.2, -2.6, 0.15, 1.7, -0.33, 0.95];

/** An input of this shape, with its true gradient. */
function truth(...shape: number[]) {
  const size = shape.reduce((a, b) => a * b, 1);
  const right = Float64Array.from(numbers.slice(0, size));
  const x = g.tensor([...right.keys()].map((i) => i - 2.5), { dtype: "float64", shape }); // biome-ignore format: one row
  return { x, right, all: [...right.keys()] };
}

/** The name and the sentence for gradients that stand where others of the true ones should. */
function found(
  shape: readonly number[],
  given: (right: Float64Array, i: number) => number,
  { wrong, others = [] }: { wrong?: number[]; others?: readonly number[][] } = {},
): string {
  const { x, right, all } = truth(...shape);
  const analytic = right.map((_, i) => given(right, i));
  const { name, sentence } = findPattern(x, analytic, right, wrong ?? all, others);
  return `${name}: ${sentence}`;
}

const at = (values: Float64Array, i: number) => values[i] as number;

describe("the pattern of a mistake", () => {
  it("is 0, a sign, or a factor, which may be a size of the input", () => {
    assert.match(
      found([4], () => 0),
      /^zero: it gives 0 everywhere/,
    );
    const times = (factor: number, ...shape: number[]) => found(shape, (right, i) => factor * at(right, i));
    assert.equal(times(-1, 4), "sign: it has the wrong sign");
    assert.equal(times(-1.001, 4), "factor: it is -1.001 times the right value");
    assert.equal(times(1.5, 4), "factor: it is 1.5 times the right value");
    assert.equal(times(2, 2, 5), "factor: it is 2 times the right value");
    for (const n of [3, 4, 12])
      assert.match(times(n, 3, 4), new RegExp(`^factor: it is ${n} times \\(a size of the input: is a mean`));
    for (const n of [3, 4, 12])
      assert.match(times(1 / n, 3, 4), new RegExp(`^factor: it is 1/${n} of \\(a size of the input: is it`));
    for (const n of [2, 3, 4]) assert.equal(times(1 / n, 5), `factor: it is 1/${n} of the right value`);
    assert.equal(times(3.01, 3), "factor: it is 3.01 times the right value");
  });

  it("is none that small numbers only seem to have", () => {
    const { x, right, all } = truth(6);
    const small = right.map((v) => 1e-6 * v);
    const other = small.map((v, i) => v + 1e-6 * (i % 3));
    assert.equal(findPattern(x, other, small, all, []).name, "unknown");
  });

  it("is the gradient of another input, of the same size", () => {
    const other = numbers.slice(3, 7);
    const given = (_: Float64Array, i: number) => other[i] as number;
    const { x, right, all } = truth(4);
    const exchanged = (n: number) => {
      const own = right.slice(0, n);
      const input = g.tensor([...x.data.slice(0, n)], { dtype: "float64" });
      const analytic = Float64Array.from(other.slice(0, n));
      return findPattern(input, analytic, own, all.slice(0, n), [[9, 9], [...own, 1], [...own]]).name;
    };
    assert.equal(exchanged(4), "swapped");
    assert.equal(exchanged(3), "swapped");
    assert.equal(exchanged(2), "unknown");
    assert.match(found([4], given, { others: [[...right, 1]] }), /^unknown: .* without a simple pattern/);
  });

  it("is a transposition, of a matrix or of two dimensions of more", () => {
    assert.equal(
      found([3, 3], (right, i) => at(right, (i % 3) * 3 + Math.floor(i / 3))),
      "transposed: dimensions 0 and 1 are exchanged: a transposition is missing or too many",
    );
    // As the numbers of a 3 × 2 matrix, in a row.
    assert.match(
      found([2, 3], (right, i) => at(right, (i % 2) * 3 + Math.floor(i / 2))),
      /^transposed: dimensions 0 and 1/,
    );
    assert.match(
      found([2, 3, 2], (right, i) =>
        at(right, (i % 2) * 6 + (Math.floor(i / 2) % 3) * 2 + Math.floor(i / 6)),
      ),
      /^transposed: dimensions 0 and 2/,
    );
    assert.match(
      found([3, 2, 2], (right, i) => at(right, i - (i % 4) + (i % 2) * 2 + Math.floor((i % 4) / 2))),
      /^transposed: dimensions 1 and 2/,
    );
  });

  it("is an order from the end, or one place too far, along a dimension", () => {
    assert.equal(
      found([5], (right, i) => at(right, 4 - i)),
      "flipped: it runs backwards along dimension 0",
    );
    assert.equal(
      found([3, 2], (right, i) => at(right, i + 1 - 2 * (i % 2))),
      "flipped: it runs backwards along dimension 1",
    );
    assert.equal(
      found([5], (right, i) => (i < 4 ? at(right, i + 1) : 0.5)),
      "shifted: it is off by one along dimension 0",
    );
    assert.equal(
      found([3, 4], (right, i) => (i % 4 > 0 ? at(right, i - 1) : 0.5)),
      "shifted: it is off by one along dimension 1",
    );
    assert.equal(
      found([3, 2], (right, i) => (i > 1 ? at(right, i - 2) : 0.5)),
      "shifted: it is off by one along dimension 0",
    );
    assert.match(
      found([3], (right, i) => (i === 2 ? at(right, 1) : 0.5 + i)),
      /^unknown/,
    );
    // All that would be compared is 0.
    const [given, right] = [Float64Array.of(0, 0, 9), Float64Array.of(5, 0, 0)];
    assert.equal(findPattern(truth(3).x, given, right, [0, 2], []).name, "unknown");
    assert.match(
      found([2, 1, 2], (right, i) => (i > 1 ? at(right, i - 2) : 0.5)),
      /^unknown/,
    );
  });

  it("is a range of inputs", () => {
    const wrongFor = (isWrong: (x: number) => boolean, shape = [6]) => {
      const { x, all } = truth(...shape);
      const wrong = all.filter((i) => isWrong(x.data[i] as number));
      const off = (right: Float64Array, i: number) => at(right, i) + (wrong.includes(i) ? 1 + i : 0);
      return found(shape, off, { wrong });
    };
    assert.equal(
      wrongFor((x) => x > 0),
      "range: it is wrong for inputs of 0.5 and more",
    );
    assert.equal(
      wrongFor((x) => x < 0),
      "range: it is wrong for inputs of -0.5 and less",
    );
    assert.equal(
      wrongFor((x) => Math.abs(x) > 1.6, [9]),
      "range: it is wrong for inputs larger than 2.5 in size",
    );
    assert.match(
      wrongFor((x) => x > -2 && x < 1),
      /^elements: it is wrong in 3 of 6/,
    );
    assert.match(
      wrongFor((x) => [-2.5, 1.5, 5.5].includes(x), [9]),
      /^elements: it is wrong in 3 of 9/,
    );
    // The last right input is as large as the first wrong one.
    const x = g.tensor([1, 2, 3, 3, 4, 5], { dtype: "float64" });
    const { right } = truth(6);
    const nameOf = (...wrong: number[]) => {
      const given = right.map((v, i) => v + (wrong.includes(i) ? 1 + i : 0));
      return findPattern(x, given, right, wrong, []).name;
    };
    assert.deepEqual([nameOf(3, 4, 5), nameOf(0, 1, 2)], ["elements", "elements"]);
    // Two say nothing of a range.
    assert.match(
      wrongFor((x) => x > 1),
      /^elements: it is wrong in 2 of 6 elements, such as \[4\]: /,
    );
  });

  it("is in single elements, where they are few", () => {
    const wrongIn = (...wrong: number[]) =>
      found([2, 3], (right, i) => at(right, i) + (wrong.includes(i) ? 1 + i * i : 0), { wrong });
    assert.equal(wrongIn(4), "elements: it is wrong in one element, [1, 1]: 15.1 instead of -1.9");
    assert.match(
      wrongIn(1, 3, 5),
      /^elements: it is wrong in 3 of 6 elements, such as \[0, 1\]: 1\.3 instead of -0\.7/,
    );
    assert.match(wrongIn(0, 1, 3, 5), /^unknown/);
  });

  it("is no more than one element, where no other was tried", () => {
    const { x, right } = truth(4);
    const numeric = right.map((v, i) => (i === 1 ? v : Number.NaN));
    const negative = right.map((v) => -v);
    assert.equal(
      findPattern(x, negative, numeric, [1], []).sentence,
      "it is wrong in element [1]: 0.7 instead of -0.7",
    );
  });

  it("is what those have in common that were tried, or where the first of them is", () => {
    const { x, right } = truth(2, 6);
    const tried = (given: (v: number, i: number) => number, ...wrong: number[]) => {
      const numeric = right.map((v, i) => (i % 2 === 0 ? v : Number.NaN));
      return findPattern(x, right.map(given), numeric, wrong, []).sentence;
    };
    assert.equal(
      tried((v) => -v, 0, 2, 4),
      "it has the wrong sign",
    );
    assert.equal(
      tried((v, i) => (i === 8 ? 7 : v), 8),
      "it is wrong in element [1, 2]: 7 instead of 0.15",
    );
    assert.equal(
      tried((v, i) => (i > 5 ? i : v), 6, 8, 10),
      "it is wrong in 3 of 6 elements that were tried, such as [1, 0]: 6 instead of 3.2",
    );
  });
});
