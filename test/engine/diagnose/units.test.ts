/** Units that cannot learn: those that are dead, and those that are the same; and where values stop being numbers. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import * as g from "../../../engine/index";
import { onLine, type Pen } from "../sample-run";
import { findingsAtAnyScale as findings, singleFinding as single } from "./findings-in";

const MADE = 5;
const CALLED = 7;

type Model = (pen: Pen) => g.Tensor;

/** Two layers from scratch; the weights are made on line 5, the activation is called on line 7. */
function layers(first: () => g.Tensor, bias: number, last = () => g.randn([32, 10]).mul(0.2)): Model {
  return ({ name }) => {
    g.manualSeed(1);
    const { images, labels } = g.data.digits({ count: 64 });
    const w = name(
      "w",
      onLine(MADE, () => g.parameter(first())),
    );
    const b = name(
      "b",
      onLine(MADE + 1, () => g.parameter(g.full([32], bias))),
    );
    const v = name(
      "v",
      onLine(MADE, () => g.parameter(last())),
    );
    const h = onLine(CALLED, () => g.relu(g.add(g.matmul(images, w), b)));
    return g.crossEntropy(g.matmul(h, v), labels);
  };
}

const drawn = () => g.randn([64, 32]).mul(0.15);

describe("diagnosis of dead units", () => {
  it("names the line that wrote the bias", () => {
    const found = single(layers(drawn, -20));
    assert.equal(found.rule, "dead-units");
    assert.equal(found.site?.line, MADE + 1);
    assert.equal(found.severity, "error");
    assert.equal(found.evidence.dead, 32);
  });

  it("names the line of negative weights on inputs that are not negative", () => {
    const found = single(layers(() => g.rand([64, 32]).mul(-0.2), 0));
    assert.equal(found.rule, "dead-units");
    assert.equal(found.site?.line, MADE);
  });

  it("is silent about units that are often at 0", () => {
    assert.deepEqual(findings(layers(drawn, -0.5)), []);
  });
});

describe("diagnosis of units that are the same", () => {
  it("names the line that made all units alike", () => {
    const found = single(
      layers(
        () => g.full([64, 32], 0.05),
        0,
        () => g.full([32, 10], 0.1),
      ),
    );
    assert.equal(found.rule, "symmetric-units");
    assert.equal(found.site?.line, MADE);
    assert.deepEqual([found.evidence.units, found.evidence.different], [32, 1]);
  });

  it("finds zeros everywhere, whose gradients never come", () => {
    const found = single(
      layers(
        () => g.zeros([64, 32]),
        0,
        () => g.zeros([32, 10]),
      ),
    );
    assert.equal(found.rule, "symmetric-units");
  });

  it("is silent about a last layer of zeros, and about units alike that the next layer tells apart", () => {
    assert.deepEqual(findings(layers(drawn, 0, () => g.zeros([32, 10]))), []);
    assert.deepEqual(findings(layers(() => g.full([64, 32], 0.05), 0)), []);
  });

  const experts =
    (seeds: readonly number[]): Model =>
    ({ name }) => {
      g.manualSeed(2);
      const { images, labels } = g.data.digits({ count: 32 });
      const votes = seeds.map((seed, i) => {
        g.manualSeed(seed);
        const expert = name(`expert${i}`, new g.nn.Linear(64, 10));
        return expert.forward(images);
      });
      return g.crossEntropy(g.mean(g.stack(votes), { dim: 0 }), labels);
    };

  it("finds experts of one seed, and is silent about those of several", () => {
    const found = single(experts([9, 9, 9]));
    assert.equal(found.rule, "symmetric-units");
    assert.equal(found.evidence.units, 3);
    assert.deepEqual(findings(experts([9, 10, 11])), []);
  });
});

describe("diagnosis of values that are no numbers", () => {
  it("is silent about infinities that never reach the loss", () => {
    const masked: Model = ({ name }) => {
      const w = name("w", g.parameter([[0.2, -0.4, 0.3]]));
      const open = g.tensor([[0, 0, 1]]).to("bool");
      return g.sum(g.square(g.softmax(g.maskedFill(w, open, Number.NEGATIVE_INFINITY), { dim: -1 })));
    };
    assert.deepEqual(findings(masked), []);
    const nearest: Model = ({ name }) => {
      const w = name("w", g.parameter([1, 2, 3]));
      return g.sum(g.minimum(g.full([3], Number.POSITIVE_INFINITY), g.square(w)));
    };
    assert.deepEqual(findings(nearest), []);
  });

  it("is silent about NaN that where() replaces without a gradient", () => {
    const imputed: Model = ({ name }) => {
      const x = g.tensor([1, Number.NaN, 3]);
      const w = name("w", g.parameter([0.5, 0.5, 0.5]));
      return g.sum(g.mul(g.where(g.tensor([1, 0, 1]).to("bool"), x, 0), w));
    };
    assert.deepEqual(findings(imputed), []);
  });

  it("passes by the mask to the logarithm that made the loss infinite", () => {
    const [found] = findings(({ name }) => {
      const w = name("w", g.parameter([[0.2, -0.4, 0.3]]));
      const scores = g.maskedFill(w, g.tensor([[0, 0, 1]]).to("bool"), Number.NEGATIVE_INFINITY);
      return g.neg(g.mean(onLine(CALLED, () => g.log(g.softmax(scores, { dim: -1 })))));
    });
    assert.equal(found?.rule, "non-finite");
    assert.equal(found.site?.line, CALLED);
  });
});
