/** How a loss is reduced, compared and dominated, and what it is before training. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import * as g from "../../../engine/index";
import { onLine, type Pen } from "../sample-run";
import { findingsIn, foundAtAnyScale } from "./findings-in";

type Loss = (z: g.Tensor, labels: g.Tensor, pen: Pen) => g.Tensor;

/** Logits of one layer that is made on line 5, and the loss of them on line 9. */
function digits(loss: Loss, prepare?: (layer: g.nn.Linear) => void, count = 48) {
  return (pen: Pen) => {
    g.manualSeed(2);
    const { images, labels } = g.data.digits({ count });
    const layer = onLine(5, () => new g.nn.Linear(64, 10));
    prepare?.(layer);
    return onLine(9, () => loss(layer.forward(images), labels, pen));
  };
}

const each: Loss = (z, labels) => g.crossEntropy(z, labels, { reduction: "none" });

describe("diagnosis of the loss", () => {
  it("finds a mean that is divided by the batch once more", () => {
    const rule = "loss-reduction";
    const again: Loss = (z, labels) => g.div(g.crossEntropy(z, labels), 48);
    const [found, ...others] = foundAtAnyScale(rule, digits(again));
    assert.deepEqual(others, []);
    assert.equal(found?.site?.line, 9);
    assert.match(found.message, /mean over 48 items already, and is divided by 48/);
    const byHand: Loss = (z, labels, pen) => g.mul(g.div(g.sum(each(z, labels, pen)), 48), 1 / 48);
    assert.equal(foundAtAnyScale(rule, digits(byHand)).length, 1);
    const once: Loss = (z, labels, pen) => g.div(g.sum(each(z, labels, pen)), 48);
    const half: Loss = (z, labels) => g.div(g.crossEntropy(z, labels), 4);
    for (const healthy of [once, half]) assert.deepEqual(findingsIn(digits(healthy)), []);
  });

  it("finds a sum beside a mean, and is silent about penalties", () => {
    const rule = "loss-reduction";
    const beside =
      (factor: number): Loss =>
      (z, labels) =>
        g.add(g.crossEntropy(z, labels), g.mul(g.sum(g.square(z)), factor));
    const [found] = foundAtAnyScale(rule, digits(beside(1)));
    assert.match(found?.message ?? "", /summed over 48 items.*48 times as much/);
    assert.deepEqual(foundAtAnyScale(rule, digits(beside(1 / 48))), []);
    const penalty = () => {
      const w = g.parameter(g.randn([48, 3]).mul(0.1));
      const y = g.matmul(g.randn([48, 48]), w);
      return g.add(g.mean(g.square(g.sub(y, 1))), g.sum(g.square(w)));
    };
    assert.deepEqual(foundAtAnyScale(rule, penalty), []);
  });

  it("finds a sum with the learning rate of a mean", () => {
    const summed = (lr: number) => {
      const sum: Loss = (z, labels) => g.crossEntropy(z, labels, { reduction: "sum" });
      return digits(sum, (layer) => new g.optim.SGD(layer.parameters(), { lr }));
    };
    const rule = "loss-reduction";
    const of = (lr: number) => findingsIn(summed(lr)).filter((found) => found.rule === rule);
    assert.match(of(0.1)[0]?.message ?? "", /sum over 48 items, with a learning rate of 0\.1/);
    assert.deepEqual(of(0.001), []);
  });

  it("finds losses of single items that a loop adds up, where the rate is one for means", () => {
    const looped = (lr: number, isDivided: boolean) => () => {
      g.manualSeed(2);
      const { images, labels } = g.data.digits({ count: 40 });
      const [first, last] = [new g.nn.Linear(64, 32), new g.nn.Linear(32, 10)];
      const optimizer = new g.optim.SGD([...first.parameters(), ...last.parameters()], { lr });
      let total = g.tensor(0);
      for (let step = 0; step < 4; step++) {
        optimizer.zeroGrad();
        const z = last.forward(g.relu(first.forward(images)));
        total = g.tensor(0);
        for (let i = 0; i < 40; i++) {
          const one = onLine(7, () => g.crossEntropy(g.narrow(z, 0, i, 1), g.narrow(labels, 0, i, 1)));
          total = onLine(8, () => g.add(total, one));
        }
        if (isDivided) total = g.div(total, 40);
        total.backward();
        optimizer.step();
      }
      return total;
    };
    const [found, ...others] = findingsIn(looped(0.2, false));
    assert.deepEqual([found?.rule, found?.site?.line, others.length], ["loss-reduction", 8, 0]);
    assert.match(found?.message ?? "", /40 items are added up one by one/);
    for (const healthy of [looped(0.2, true), looped(0.002, false)])
      assert.deepEqual(
        findingsIn(healthy).filter(({ rule }) => rule === "loss-reduction"),
        [],
      );
  });

  it("finds shapes that broadcast in losses by hand, of huberLoss and in weights of items", () => {
    const column: Loss = (z) => g.narrow(z, 1, 0, 1);
    const target = () => g.randn([48]);
    const rule = "broadcast-loss";
    const losses: readonly Loss[] = [
      (z, l, pen) => g.mean(g.square(g.sub(column(z, l, pen), target()))),
      (z, l, pen) => g.huberLoss(column(z, l, pen), target()),
      (z, l, pen) => g.mean(g.mul(each(z, l, pen), g.ones([48, 1]))),
    ];
    for (const loss of losses) assert.equal(foundAtAnyScale(rule, digits(loss))[0]?.site?.line, 9);
    const pairs: Loss = (z, l, pen) =>
      g.mean(g.square(g.sub(column(z, l, pen), g.reshape(target(), [1, 48]))));
    const one: Loss = (z) => g.mseLoss(z, g.tensor(1));
    for (const meant of [pairs, one]) assert.deepEqual(findingsIn(digits(meant)), []);
  });

  it("finds one weight, class or target that carries the gradient", () => {
    const rule = "dominated-gradient";
    const weights = (large: number) => g.tensor(Array.from({ length: 10 }, (_, i) => (i === 3 ? large : 1)));
    const classes =
      (large: number): Loss =>
      (z, labels) =>
        g.crossEntropy(z, labels, weights(large));
    const [found, ...others] = foundAtAnyScale(rule, digits(classes(1e6)));
    assert.deepEqual(others, []);
    assert.match(found?.message ?? "", /of 48 samples carry 100 % of the gradient/);
    assert.deepEqual(findingsIn(digits(classes(20))), []);
    const outlier =
      (far: number): Loss =>
      (z) =>
        g.mseLoss(
          g.narrow(z, 1, 0, 1),
          g.tensor(Array.from({ length: 48 }, (_, i) => [i === 7 ? far : Math.sin(i)])),
        );
    assert.match(foundAtAnyScale(rule, digits(outlier(900)))[0]?.message ?? "", /Element 7.*is 900/);
    assert.deepEqual(findingsIn(digits(outlier(3))), []);
  });

  it("does not take samples that are done for ones that do not count", () => {
    const sure = (layer: g.nn.Linear) => layer.weight.data.fill(0);
    // All but one answer are right, and sure.
    const done: Loss = (z, labels) => {
      const hot = g.tensor(
        Array.from(labels.data, (l, i) =>
          Array.from({ length: 10 }, (_, c) => (c === (i === 5 ? 9 - l : l) ? 30 : 0)),
        ),
      );
      return g.crossEntropy(g.add(z, hot), labels);
    };
    assert.deepEqual(foundAtAnyScale("dominated-gradient", digits(done, sure)), []);
  });

  it("finds a first loss far above a guess, and the layer that makes it", () => {
    const rule = "initial-loss";
    const cross: Loss = (z, labels) => g.crossEntropy(z, labels);
    const biased = (layer: g.nn.Linear) => layer.bias?.data.fill(40, 0, 1);
    const [found] = foundAtAnyScale(rule, digits(cross, biased));
    assert.match(found?.message ?? "", /a guess has 2\.3 \(ln 10\)/);
    assert.match(found?.message ?? "", /40/);
    const enlarged = (layer: g.nn.Linear) =>
      layer.weight.data.forEach((v, i) => {
        layer.weight.data[i] = 60 * v;
      });
    assert.equal(foundAtAnyScale(rule, digits(cross, enlarged))[0]?.site?.line, 5);
    assert.deepEqual(findingsIn(digits(cross)), []);
    const optimised = (layer: g.nn.Linear) => {
      biased(layer);
      const optimizer = new g.optim.SGD(layer.parameters(), { lr: 1e-9 });
      g.sum(layer.weight).backward();
      optimizer.step();
    };
    // After a step this is no beginning any more.
    assert.deepEqual(
      findingsIn(digits(cross, optimised)).filter((each) => each.rule === rule),
      [],
    );
  });

  it("names the factor behind the last layer that makes the first loss large", () => {
    const rule = "initial-loss";
    const behind =
      (factor: (z: g.Tensor) => g.Tensor): Loss =>
      (z, labels) =>
        g.crossEntropy(
          onLine(7, () => factor(z)),
          labels,
        );
    const factors = [
      (z: g.Tensor) => g.div(z, 0.01),
      (z: g.Tensor) => g.mul(100, z),
      (z: g.Tensor) => g.reshape(g.mul(g.mul(z, 2), 50), [-1, 10]),
    ];
    for (const factor of factors) {
      const [found, ...others] = findingsIn(digits(behind(factor)));
      assert.deepEqual([found?.rule, found?.site?.line, others.length], [rule, 7, 0]);
      assert.match(found?.message ?? "", /made (50|100) times as large here/);
    }
    // Cosines need a factor.
    const cosines = () => {
      g.manualSeed(2);
      const { images, labels } = g.data.digits({ count: 48 });
      const classes = g.parameter(g.randn([64, 10]));
      return g.crossEntropy(g.mul(g.matmul(g.normalize(images, { dim: 1 }), classes), 30), labels);
    };
    assert.deepEqual(
      findingsIn(cosines).filter((each) => each.site?.line === 7),
      [],
    );
    assert.deepEqual(findingsIn(digits(behind((z) => g.div(z, 0.5)))), []);
  });

  it("takes a bias of one number for written by hand, and other arrays for read from a file", () => {
    const rule = "initial-loss";
    const cross: Loss = (z, labels) => g.crossEntropy(z, labels);
    const set = (numbers: (i: number) => number) => (layer: g.nn.Linear) =>
      layer.bias?.data.set(Float32Array.from({ length: 10 }, (_, i) => numbers(i)));
    assert.equal(
      foundAtAnyScale(
        rule,
        digits(
          cross,
          set((i) => (i === 3 ? 14 : 0)),
        ),
      ).length,
      1,
    );
    assert.deepEqual(
      foundAtAnyScale(
        rule,
        digits(
          cross,
          set((i) => 9 * Math.sin(3 * i)),
        ),
      ),
      [],
    );
  });

  it("is silent about the likelihood of counts, whose rates may be 0 behind a relu and a where", () => {
    const likelihood = (pen: Pen) => {
      g.manualSeed(533);
      const x = g.randn([60, 5]);
      const counts = g.tensor(Array.from({ length: 60 }, (_, i) => [[0, 1, 2, 1, 4][i % 5] ?? 0]));
      const net = pen.name(
        "net",
        new g.nn.Sequential(new g.nn.Linear(5, 16), new g.nn.ReLU(), new g.nn.Linear(16, 1)),
      );
      g.nn.init.constant(net.parameters()[3] as g.Tensor, 0.6);
      const rate = g.relu(net.forward(x));
      const logs = g.where(g.gt(rate, 0), g.log(rate), g.zerosLike(rate));
      assert.ok(Array.from(g.log(rate).data).includes(-Infinity));
      return g.mean(g.sub(rate, g.mul(counts, logs)));
    };
    assert.deepEqual(findingsIn(likelihood), []);
  });
});
