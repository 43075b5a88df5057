/** The short cut for cross entropies of moved rows: as exact as the operations, for small and large changes of any logits. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { type Downstream, downstreamOf } from "../../engine/check/differences/batch";
import { crossEntropyAlong } from "../../engine/check/differences/fused-lines";
import { addLines, type Lines } from "../../engine/check/differences/lines";
import { type Replay, replay } from "../../engine/check/differences/replay";
import type { Sparse } from "../../engine/check/differences/variants";
import { RandomGenerator } from "../../engine/core/random";
import { Node } from "../../engine/core/tape";
import { Tensor } from "../../engine/core/tensor";
import * as g from "../../engine/index";

const float64 = (shape: number[], scale = 1) => g.mul(g.randn(shape, { dtype: "float64" }), scale).detach();
const weight = (shape: number[], scale = 1) => g.parameter(float64(shape, scale), { dtype: "float64" });

/** Class numbers, as many as rows. */
const labels = (rows: number, classes: number) =>
  g.tensor(Int32Array.from({ length: rows }, (_, row) => (5 * row + 1) % classes));

/** Every element moved by steps to both sides. */
function moved({ x }: Downstream, steps: readonly number[]): [Sparse, number] {
  const sides = steps.flatMap((step) => [step, -step]);
  const count = x.size * sides.length;
  const index = Int32Array.from({ length: count }, (_, n) => Math.floor(n / sides.length));
  const data = Float64Array.from(
    index,
    (e, n) => (x.data[e] as number) + (sides[n % sides.length] as number),
  );
  return [{ kind: "sparse", each: 1, index, data }, count];
}

function evaluationOf(loss: g.Tensor, leaf: g.Tensor): [Downstream, Replay] {
  const again = replay(loss);
  return [downstreamOf(again, again.slotOf(leaf) as number), again];
}

/** The losses by short cuts are those of the operations, but for the last digits of the largest number on the way. */
function holds(evaluation: Downstream, steps: readonly number[], size = 1): void {
  const [variants, count] = moved(evaluation, steps);
  const [fast, slow] = [evaluation.losses(variants, count), evaluation.plain.losses(variants, count)];
  fast.forEach((loss, k) => {
    const wanted = slow[k] as number;
    const most = 1e-13 * Math.max(size, Math.abs(wanted), Math.abs(evaluation.middle));
    assert.ok(
      Object.is(loss, wanted) || Math.abs(loss - wanted) <= most,
      `${k}: ${loss} instead of ${wanted}`,
    );
  });
}

/** Steps for which the series is taken, some for which it is not, and some of which it is unclear. */
const STEPS = [1e-9, 5e-5, 3e-4, 2e-3, 0.03, 1, 40];

type Form = (x: g.Tensor, w: g.Tensor, v: g.Tensor) => g.Tensor;
const forms: Readonly<Record<string, Form>> = {
  "layers with rows of weights": (x, w, v) => g.linear(g.tanh(g.linear(x, w)), v),
  "products with transposed weights": (x, w, v) =>
    g.matmul(g.tanh(g.matmul(x, g.transpose(w, 0, 1))), g.transpose(v, 0, 1)),
  "products and a bias": (x, w, v) =>
    g.add(g.matmul(g.sin(g.linear(x, w)), g.transpose(v, 0, 1)), g.mul(g.ones([v.shape[0] as number]), 0.3)),
  "logits that are used twice": (x, w, v) => {
    const logits = g.linear(g.sigmoid(g.linear(x, w)), v);
    return g.add(logits, g.mul(g.reshape(logits, logits.shape), g.tanh(logits)));
  },
};

describe("gradient check: cross entropy along lines", () => {
  for (const [form, logitsOf] of Object.entries(forms)) {
    for (const [rows, inputs, hidden, classes] of [
      [1, 1, 1, 2],
      [1, 3, 5, 1],
      [7, 2, 1, 3],
      [3, 5, 13, 11],
      [17, 3, 7, 5],
    ] as const) {
      for (const reduction of ["mean", "sum"] as const) {
        it(`${form}, ${rows} rows, ${hidden} hidden, ${classes} classes, ${reduction}`, () => {
          g.manualSeed(rows + hidden);
          const [x, w, v] = [float64([rows, inputs]), weight([hidden, inputs]), weight([classes, hidden])];
          const loss = g.crossEntropy(logitsOf(x, w, v), labels(rows, classes), { reduction });
          for (const leaf of [w, v]) {
            const [evaluation, { gradients, slotOf }] = evaluationOf(loss, leaf);
            holds(evaluation, STEPS, 100);
            const h = 1e-5;
            const [variants, count] = moved(evaluation, [h]);
            // The arrays of an evaluation serve the next one too.
            const losses = [1, 2].map(() => evaluation.losses(variants, count))[1] as Float64Array;
            const exact = gradients[slotOf(leaf) as number] as Tensor;
            exact.data.forEach((slope, e) => {
              const numeric = ((losses[2 * e] as number) - (losses[2 * e + 1] as number)) / (2 * h);
              assert.ok(
                Math.abs(numeric - slope) < 2e-9 * Math.max(1, evaluation.middle),
                `${numeric}, ${slope}`,
              );
            });
          }
        });
      }
    }
  }

  it("is taken: the operation runs a few times for hundreds of changes", () => {
    const { op } = g.crossEntropy;
    const { forward } = op;
    let calls = 0;
    for (const form of Object.values(forms).slice(0, 3)) {
      g.manualSeed(3);
      const [x, w, v] = [float64([5, 6]), weight([9, 6]), weight([4, 9])];
      const loss = g.crossEntropy(form(x, w, v), labels(5, 4));
      for (const leaf of [w, v]) {
        const [evaluation] = evaluationOf(loss, leaf);
        // Only here the record of an operation is changed: to count.
        Object.assign(op, {
          forward(...args: Parameters<typeof forward>) {
            calls++;
            return forward(...args);
          },
        });
        try {
          evaluation.losses(...moved(evaluation, [5e-5, 2]));
        } finally {
          Object.assign(op, { forward });
        }
      }
    }
    assert.ok(calls > 0 && calls <= 6 * 6, `${calls} calls for 1,080 changes`);
  });

  const scales: Readonly<Record<string, [number, number]>> = {
    "logits near 0": [1e-6, 1e-6],
    "logits in the hundreds": [1, 300],
    "logits in the millions": [1, 1e6],
    "weights that overflow when squared": [1e-200, 1e200],
    "weights whose squares vanish": [1, 1e-200],
  };
  for (const [name, [first, second]] of Object.entries(scales)) {
    it(`${name}: no other value than the operations give`, () => {
      g.manualSeed(4);
      const [x, w, v] = [float64([9, 4]), weight([6, 4], first), weight([5, 6], second)];
      const loss = g.crossEntropy(g.linear(g.tanh(g.linear(x, w)), v), labels(9, 5));
      const [evaluation] = evaluationOf(loss, w);
      holds(
        evaluation,
        STEPS.map((step) => step * first),
        second * first > 1e100 ? 1 : 10 * second,
      );
    });
  }

  it("classes that are masked by −∞, and rows that are sure of their class", () => {
    g.manualSeed(5);
    const [x, w, v] = [float64([8, 3]), weight([7, 3]), weight([4, 7])];
    const mask = g.tensor(
      Array.from({ length: 8 }, (_, row) =>
        [0, 0, 0, 0].map((_, c) => (c === (5 * row + 3) % 4 ? -Infinity : 0)),
      ),
    );
    const sure = g.mul(
      g.oneHot(labels(8, 4), { numClasses: 4 }),
      g.tensor([[0], [40], [3], [6], [0], [9], [800], [1]]),
    );
    const offset = g.parameter(float64([8, 4]), { dtype: "float64" });
    const logits = g.add(g.linear(g.tanh(g.linear(x, w)), v), g.add(offset, g.add(mask, sure)));
    const loss = g.crossEntropy(logits, labels(8, 4));
    for (const leaf of [w, v, offset]) holds(evaluationOf(loss, leaf)[0], STEPS, 100);
  });

  it("logits that are infinite themselves stay as they are", () => {
    const logits = g.parameter(
      [
        [0.3, -Infinity, 1],
        [2, 0.1, -Infinity],
        [0.2, 0.5, 0.4],
      ],
      { dtype: "float64" },
    );
    holds(evaluationOf(g.crossEntropy(logits, g.tensor([0, 1, 2])), logits)[0], STEPS);
  });
});

/** A cross entropy by itself, and lines for it. */
function alone(
  rows: number,
  classes: number,
  options: g.CrossEntropyOptions = {},
  targets = labels(rows, classes),
) {
  g.manualSeed(6);
  const x = weight([rows, classes]);
  const { node } = g.crossEntropy(x, targets, options);
  assert.ok(node);
  const random = new RandomGenerator(rows);
  const table = Float64Array.from({ length: 4 * classes }, () => random.normal());
  const variantsOf = (places: readonly number[], factor: number): Lines => ({
    kind: "lines",
    each: places.length,
    rows: Int32Array.from(places),
    lines: Int32Array.from(places, (_, n) => n % 4),
    factors: new Float64Array(places.length).fill(factor),
    table,
    length: classes,
    owner: {},
  });
  const wanted = (lines: Lines) => {
    const data = Float64Array.from(x.data);
    addLines(lines, 0, data, 0);
    return node.op.forward([new Tensor(data, x.shape, "float64"), targets], node.attrs).data[0] as number;
  };
  return { node, variantsOf, wanted };
}

describe("gradient check: the series along a line", () => {
  for (const factor of [1e-7, 1e-4, 3e-4, 1e-3, 0.1, 30]) {
    it(`holds where several lines meet in a row, and where none moves, factor ${factor}`, () => {
      const { node, variantsOf, wanted } = alone(5, 7);
      for (const places of [[0], [0, 1, 2, 3, 4], [2, 2], [4, 0, 4, 4], []]) {
        const lines = variantsOf(places, factor);
        const [got] = crossEntropyAlong(node, lines, 1) as Float64Array;
        assert.ok(
          Math.abs((got as number) - wanted(lines)) <= 1e-14 * Math.max(1, wanted(lines)),
          `${places}`,
        );
      }
    });
  }

  it("a line that is the same for all classes moves nothing", () => {
    const { node, variantsOf } = alone(5, 7);
    const lines: Lines = { ...variantsOf([0, 3], 1e-4), table: new Float64Array(28).fill(2) };
    const [got] = crossEntropyAlong(node, lines, 1) as Float64Array;
    assert.ok(Math.abs((got as number) - (node.out.data[0] as number)) <= 1e-15);
  });

  it("is not taken for a logit that is infinite, before or after", () => {
    const values = [0.3, -Infinity, 1, 0.2];
    const x = g.parameter([values], { dtype: "float64" });
    const { node } = g.crossEntropy(x, g.tensor([0]));
    assert.ok(node);
    const of = (element: number, value: number): Sparse => ({
      kind: "sparse",
      each: 1,
      index: Int32Array.of(element),
      data: Float64Array.of(value),
    });
    assert.notEqual(crossEntropyAlong(node, of(2, 1.1), 1), null);
    for (const variant of [of(1, 1), of(1, -Infinity), of(2, -Infinity)])
      assert.equal(crossEntropyAlong(node, variant, 1), null);
  });

  it("is not taken beyond its reach: there it would be wrong", () => {
    const { node, variantsOf, wanted } = alone(1, 6);
    const at = (factor: number) =>
      (crossEntropyAlong(node, variantsOf([0], factor), 1) as Float64Array)[0] as number;
    // The fifth-order polynomial through small factors, carried on to a large one.
    const far = 20;
    assert.ok(Math.abs(at(far) - wanted(variantsOf([0], far))) <= 1e-13);
    const [h, middle] = [1e-4, at(0)];
    const slope = (at(h) - at(-h)) / (2 * h);
    const bend = (at(h) + at(-h) - 2 * middle) / h ** 2;
    assert.ok(Math.abs(middle + far * slope + (far ** 2 * bend) / 2 - at(far)) > 1);
  });

  const others: Readonly<Record<string, g.CrossEntropyOptions>> = {
    "one value for each row": { reduction: "none" },
    "smooth labels": { labelSmoothing: 0.1 },
    "an ignored class": { ignoreIndex: 1 },
  };
  for (const [name, options] of Object.entries(others)) {
    it(`is not taken for ${name}`, () => {
      const { node, variantsOf } = alone(6, 4, options);
      assert.equal(crossEntropyAlong(node, variantsOf([0, 3], 1e-4), 1), null);
    });
  }

  it("is not believed where the operation gives something else, be it by a millionth of a change", () => {
    const { node, variantsOf } = alone(6, 4);
    const recorded = node.out.data[0] as number;
    const op = node.op;
    const { forward } = op;
    Object.assign(op, {
      forward(...args: Parameters<typeof forward>) {
        const { data, shape } = forward(...args);
        const change = (data[0] as number) - recorded;
        return new Tensor(Float64Array.of(recorded + (1 + 1e-6) * change), shape, "float64");
      },
    });
    try {
      const lines = variantsOf([0, 3], 1e-4);
      assert.equal(crossEntropyAlong(node, lines, 1), null);
    } finally {
      Object.assign(op, { forward });
    }
    const fresh = new Node(op, node.inputs, node.attrs, node.out, null);
    assert.notEqual(crossEntropyAlong(fresh, variantsOf([0, 3], 1e-4), 1), null);
  });
});
