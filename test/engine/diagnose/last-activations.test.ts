/** The last activation and the loss: found where they do not fit, silent where they do. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import * as g from "../../../engine/index";
import { onLine } from "../sample-run";
import { findingsIn, foundAtAnyScale } from "./findings-in";

type Loss = (z: g.Tensor, labels: g.Tensor, hot: g.Tensor) => g.Tensor;

/** One linear layer, what is done to its result on line 7, and the loss on line 9. */
function ending(activation: (z: g.Tensor) => g.Tensor, loss: Loss, classes = 10) {
  return () => {
    g.manualSeed(4);
    const { images, labels } = g.data.digits({ count: 40 });
    const layer = new g.nn.Linear(64, classes);
    const hot = g.tensor(Array.from(labels.data, (l) => Array.from({ length: 10 }, (_, i) => +(i === l))));
    const end = onLine(7, () => activation(layer.forward(images)));
    return onLine(9, () => loss(end, labels, hot));
  };
}

const same = (z: g.Tensor) => z;
const softmax = (z: g.Tensor) => g.softmax(z, { dim: 1 });
const cross: Loss = (z, labels) => g.crossEntropy(z, labels);
const squared: Loss = (z, _, hot) => g.mseLoss(z, hot);

describe("diagnosis of the last activation", () => {
  it("finds softmax twice, in and out of a loss, and with a temperature", () => {
    const [found, ...others] = foundAtAnyScale("double-softmax", ending(softmax, cross));
    assert.deepEqual(others, []);
    assert.equal(found?.site?.line, 7);
    // No farther down than ln (1 + 9 / e).
    assert.match(found.message, /10 classes.*below 1\.46/);
    const logs: Loss = (p, labels) => g.nllLoss(g.logSoftmax(p, { dim: 1 }), labels);
    assert.equal(foundAtAnyScale("double-softmax", ending(softmax, logs)).length, 1);
    assert.equal(
      foundAtAnyScale(
        "double-softmax",
        ending((z) => g.div(softmax(z), 0.5), cross),
      ).length,
      1,
    );
    const kept = (z: g.Tensor) => g.logSoftmax(z, { dim: 1 });
    for (const healthy of [ending(same, cross), ending(kept, cross)])
      assert.deepEqual(findingsIn(healthy), []);
  });

  it("knows softmax by its formula, however it is written", () => {
    const keep = { dim: 1, keepdim: true };
    const over = (e: g.Tensor) => g.div(e, g.sum(e, keep));
    const formulas: ((z: g.Tensor) => g.Tensor)[] = [
      (z) => over(g.exp(z)),
      (z) => over(g.exp(g.sub(z, g.amax(z, keep)))),
      (z) => over(g.exp(g.sub(z, g.amax(z, keep).detach()))),
      (z) => g.mul(g.exp(z), g.reciprocal(g.sum(g.exp(z), keep))),
      (z) => g.exp(g.sub(z, g.logsumexp(z, keep))),
      (z) => g.div(g.exp(z), g.matmul(g.exp(z), g.ones([10, 1]))),
      (z) => g.div(g.exp(z), g.add(g.unsqueeze(g.sum(g.exp(z), { dim: 1 }), 1), 1e-8)),
    ];
    for (const formula of formulas) {
      const [found, ...others] = foundAtAnyScale("double-softmax", ending(formula, cross));
      assert.deepEqual(others, []);
      assert.equal(found?.site?.line, 7);
      assert.match(found.message, /this formula is one/);
    }
    const healthy: [(z: g.Tensor) => g.Tensor, Loss][] = [
      [(z) => g.log(over(g.exp(z))), cross],
      [(z) => over(g.exp(z)), (p, labels) => g.nllLoss(g.log(p), labels)],
      // Not exp(x) over its own sum: logits of any size.
      [(z) => g.div(z, g.norm(z, keep)), cross],
    ];
    for (const [end, loss] of healthy) assert.deepEqual(findingsIn(ending(end, loss)), []);
  });

  it("knows sigmoid, tanh and relu by their formulas", () => {
    const targets: Loss = (z) =>
      g.mseLoss(z, g.mul(g.add(g.arange(z.shape[0] ?? 1).reshape([-1, 1]), -20), 0.1));
    const formulas: [string, (z: g.Tensor) => g.Tensor][] = [
      ["sigmoid", (z) => g.reciprocal(g.add(g.exp(g.neg(z)), 1))],
      ["sigmoid", (z) => g.div(1, g.add(1, g.exp(g.neg(z))))],
      ["sigmoid", (z) => g.pow(g.add(g.exp(g.mul(z, -1)), 1), -1)],
      ["sigmoid", (z) => g.div(g.exp(z), g.add(g.exp(z), 1))],
      ["tanh", (z) => g.div(g.sub(g.exp(z), g.exp(g.neg(z))), g.add(g.exp(z), g.exp(g.neg(z))))],
      ["relu", (z) => g.maximum(z, g.tensor(0))],
    ];
    for (const [name, formula] of formulas) {
      const [found] = foundAtAnyScale("output-range", ending(formula, targets, 1));
      assert.equal(found?.site?.line, 7, name);
      assert.equal(found.evidence.activation, name);
    }
    for (const formula of [
      (z: g.Tensor) => g.div(1, g.add(2, g.exp(z))),
      (z: g.Tensor) => g.div(2, g.add(1, g.abs(z))),
    ])
      assert.deepEqual(foundAtAnyScale("output-range", ending(formula, targets, 1)), []);
    const logits: Loss = (z, _, hot) => g.binaryCrossEntropyWithLogits(z, hot);
    const logistic = (z: g.Tensor) => g.reciprocal(g.add(g.exp(g.neg(z)), 1));
    assert.equal(foundAtAnyScale("probabilities-as-logits", ending(logistic, logits))[0]?.site?.line, 7);
    const fits: Loss = (p, _, hot) => g.binaryCrossEntropy(p, hot);
    assert.deepEqual(findingsIn(ending(logistic, fits)), []);
  });

  it("finds probabilities that are no softmax where logits belong", () => {
    const mixed = (z: g.Tensor) => g.add(g.mul(softmax(z), 0.7), g.mul(softmax(g.mul(z, 2)), 0.3));
    const [found, ...others] = foundAtAnyScale("probabilities-as-logits", ending(mixed, cross));
    assert.deepEqual(others, []);
    assert.equal(found?.site?.line, 7);
    const likelihood: Loss = (p, labels) => g.nllLoss(g.log(p), labels);
    assert.deepEqual(findingsIn(ending(mixed, likelihood)), []);
  });

  it("finds probabilities where logits belong", () => {
    const logits: Loss = (z, _, hot) => g.binaryCrossEntropyWithLogits(z, hot);
    for (const loss of [cross, logits]) {
      const [found, ...others] = foundAtAnyScale("probabilities-as-logits", ending(g.sigmoid, loss));
      assert.deepEqual(others, []);
      assert.equal(found?.site?.line, 7);
      assert.equal(found.evidence.activation, "sigmoid");
    }
    const fits: Loss = (p, _, hot) => g.binaryCrossEntropy(p, hot);
    assert.deepEqual(findingsIn(ending(g.sigmoid, fits)), []);
    assert.deepEqual(findingsIn(ending(same, logits)), []);
  });

  it("finds logits where probabilities or their logarithms belong", () => {
    const chosen: Loss = (z, labels) => g.nllLoss(z, labels);
    const rule = "logits-as-probabilities";
    assert.equal(foundAtAnyScale(rule, ending(same, chosen))[0]?.site?.line, 9);
    assert.match(foundAtAnyScale(rule, ending(softmax, chosen))[0]?.message ?? "", /without the logarithm/);
    const byHand: Loss = (p, _, hot) => g.neg(g.sum(g.mul(hot, g.log(g.clamp(p, { min: 1e-7 })))));
    assert.equal(foundAtAnyScale(rule, ending(same, byHand)).length, 1);
    assert.deepEqual(findingsIn(ending(softmax, byHand)), []);
    assert.deepEqual(findingsIn(ending((z) => g.logSoftmax(z, { dim: 1 }), chosen)), []);
    const others = (of: (p: g.Tensor) => g.Tensor): Loss => {
      return (p, _, hot) => g.neg(g.mean(g.mul(g.sub(1, hot), g.log(of(p)))));
    };
    for (const rest of [
      (p: g.Tensor) => g.sub(1, p),
      (p: g.Tensor) => g.add(g.neg(p), 1),
      (p: g.Tensor) => g.neg(g.sub(p, 1)),
      (p: g.Tensor) => g.add(g.mul(p, -1), 1),
    ]) {
      const found = findingsIn(ending(g.sigmoid, others(rest)));
      assert.deepEqual(
        found.filter((each) => each.rule === rule),
        [],
      );
      assert.equal(
        foundAtAnyScale(
          rule,
          ending((z) => g.abs(g.mul(z, 9)), others(rest)),
        ).length,
        1,
      );
    }
    // Together with the logarithm of the sum they are a cross entropy.
    const apart: Loss = (z, labels) => g.add(chosen(z, labels, z), g.mean(g.logsumexp(z, { dim: 1 })));
    assert.deepEqual(findingsIn(ending(same, apart)), []);
  });

  it("finds bent logits and squared errors of yes and no", () => {
    const rule = "loss-for-activation";
    assert.equal(foundAtAnyScale(rule, ending(g.relu, cross))[0]?.site?.line, 7);
    assert.equal(foundAtAnyScale(rule, ending(g.sigmoid, squared))[0]?.site?.line, 9);
    assert.equal(foundAtAnyScale(rule, ending(softmax, squared))[0]?.evidence.activation, "softmax");
    const byHand: Loss = (p, _, hot) => g.mean(g.square(g.sub(hot, p)));
    assert.equal(foundAtAnyScale(rule, ending(g.sigmoid, byHand)).length, 1);
    assert.equal(
      foundAtAnyScale(
        rule,
        ending(same, (z) => g.crossEntropy(z, g.tensor(new Array(40).fill(0), { dtype: "int32" })), 1),
      ).length,
      1,
    );
    // Plain numbers, probabilities of a teacher, and a bounded score with a temperature.
    const soft: Loss = (p) => g.mseLoss(p, g.full(p.shape, 0.1));
    for (const healthy of [
      ending(same, squared),
      ending(softmax, soft),
      ending((z) => g.mul(g.tanh(z), 10), cross),
    ])
      assert.deepEqual(findingsIn(healthy), []);
  });

  it("is silent about pictures that come out of a sigmoid again", () => {
    const pictures = () => {
      g.manualSeed(4);
      const { images } = g.data.digits({ count: 40 });
      const black = g.gt(images, 0.5).to("float32");
      const layer = new g.nn.Linear(64, 64);
      return g.mseLoss(g.sigmoid(layer.forward(black)), black);
    };
    assert.deepEqual(findingsIn(pictures), []);
  });

  it("finds targets out of the last activation's reach", () => {
    const rule = "output-range";
    const towards =
      (scale: number): Loss =>
      (p, _, hot) =>
        g.mseLoss(p, g.sub(g.mul(hot, scale), 1));
    const [found, ...others] = foundAtAnyScale(rule, ending(g.tanh, towards(30)));
    assert.deepEqual(others, []);
    assert.equal(found?.site?.line, 7);
    assert.match(found.message, /from -1 to 1.*10 % of the targets.*-1 to 29/);
    assert.equal(foundAtAnyScale(rule, ending(g.relu, towards(2))).length, 1);
    assert.deepEqual(findingsIn(ending(g.tanh, towards(2))), []);
    // A tanh that is scaled reaches them.
    assert.deepEqual(
      foundAtAnyScale(
        rule,
        ending((z) => g.mul(g.tanh(z), 30), towards(30)),
      ),
      [],
    );
    const signs: Loss = (z, _, hot) => g.binaryCrossEntropyWithLogits(z, g.sub(g.mul(hot, 2), 1));
    assert.match(foundAtAnyScale(rule, ending(same, signs))[0]?.message ?? "", /no lower bound/);
  });
});
