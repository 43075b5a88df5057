/** Softmax along the wrong dimension: over items or queries; silent where other dimensions are meant. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import * as g from "../../../engine/index";
import { onLine } from "../sample-run";
import { findingsIn, foundAtAnyScale } from "./findings-in";

const rule = "softmax-dim";

/** Logits of one layer, and a loss by hand with a softmax on line 7. */
function digits(loss: (z: g.Tensor, labels: g.Tensor, hot: g.Tensor) => g.Tensor) {
  return () => {
    g.manualSeed(3);
    const { images, labels } = g.data.digits({ count: 40 });
    const hot = g.tensor(Array.from(labels.data, (l) => Array.from({ length: 10 }, (_, i) => +(i === l))));
    return loss(new g.nn.Linear(64, 10).forward(images), labels, hot);
  };
}

const logs = (z: g.Tensor, dim: number) => onLine(7, () => g.logSoftmax(z, { dim }));
const chosen = (p: g.Tensor, labels: g.Tensor) => g.neg(g.mean(g.gather(p, 1, g.unsqueeze(labels, 1))));

describe("diagnosis of a softmax's dimension", () => {
  it("finds classes that compete with those of other items", () => {
    for (const dim of [0, 1]) {
      const losses = [
        digits((z, labels) => g.nllLoss(logs(z, dim), labels)),
        digits((z, labels) => chosen(logs(z, dim), labels)),
        digits((z, labels) => chosen(g.log(onLine(7, () => g.softmax(z, { dim }))), labels)),
        digits((z, _, hot) => g.neg(g.mean(g.sum(g.mul(hot, logs(z, dim)), { dim: 1 })))),
      ];
      for (const loss of losses) {
        const found = dim === 0 ? foundAtAnyScale(rule, loss) : findingsIn(loss);
        assert.deepEqual(
          found.map((each) => each.site?.line),
          dim === 0 ? [7] : [],
        );
      }
    }
  });

  it("finds the wrong one of three dimensions, with a number that keeps probabilities from 0, and in a formula", () => {
    const pick = (p: g.Tensor, tags: g.Tensor) => g.gather(p, 2, g.unsqueeze(tags, 2));
    const overSum = (z: g.Tensor, dim: number) => {
      const e = g.exp(g.sub(z, g.amax(z, { dim, keepdim: true })));
      return g.div(e, g.sum(e, { dim, keepdim: true }));
    };
    const hot = (tags: g.Tensor) => g.eq(g.unsqueeze(tags, 2), g.arange(7)).to("float32");
    const mean = (logs: g.Tensor) => g.neg(g.mean(logs));
    const of =
      (dim: number, loss: (p: g.Tensor, tags: g.Tensor) => g.Tensor, make = softmaxAlong) =>
      () => {
        g.manualSeed(3);
        const z = new g.nn.Linear(8, 7).forward(g.randn([6, 11, 8]));
        return loss(
          onLine(7, () => make(z, dim)),
          g.randint(7, [6, 11]),
        );
      };
    const softmaxAlong = (z: g.Tensor, dim: number) => g.softmax(z, { dim });
    const losses = [
      (p: g.Tensor, tags: g.Tensor) => mean(g.log(g.add(pick(p, tags), 1e-9))),
      (p: g.Tensor, tags: g.Tensor) => mean(g.log(g.clamp(g.squeeze(pick(p, tags), 2), { min: 1e-9 }))),
      (p: g.Tensor, tags: g.Tensor) => mean(g.log(g.sum(g.mul(p, hot(tags)), { dim: 2 }))),
    ];
    for (const loss of losses)
      for (const make of [softmaxAlong, overSum]) {
        for (const dim of [0, 1])
          assert.deepEqual(
            foundAtAnyScale(rule, of(dim, loss, make)).map(({ site }) => site?.line),
            [7],
          );
        assert.deepEqual(findingsIn(of(2, loss, make)), []);
      }
  });

  it("finds a softmax over all that was laid in one row", () => {
    const flat = (shape: readonly number[], back: (p: g.Tensor) => g.Tensor) =>
      digits((z, labels) =>
        chosen(g.log(back(onLine(7, () => g.softmax(g.reshape(z, shape), { dim: 0 })))), labels),
      );
    const rows = flat([-1], (p) => g.reshape(p, [40, 10]));
    const [found] = foundAtAnyScale(rule, rows);
    assert.equal(found?.site?.line, 7);
    assert.match(found.message, /not over the classes\. /);
    const turned = (dim: number) =>
      digits((z, labels) =>
        chosen(
          g.log(
            g.transpose(
              onLine(7, () => g.softmax(g.transpose(z, 0, 1), { dim })),
              0,
              1,
            ),
          ),
          labels,
        ),
      );
    assert.equal(foundAtAnyScale(rule, turned(1))[0]?.site?.line, 7);
    assert.deepEqual(findingsIn(turned(0)), []);
  });

  it("finds an attention over queries, and gates over items", () => {
    const attention = (dim: number) => () => {
      g.manualSeed(3);
      const x = g.randn([12, 5, 6]);
      const [q, k, v] = [0, 1, 2].map(() => new g.nn.Linear(6, 6).forward(x)) as [
        g.Tensor,
        g.Tensor,
        g.Tensor,
      ];
      const scores = g.div(g.matmul(q, g.transpose(k, 1, 2)), Math.sqrt(6));
      return g.mean(
        g.square(
          g.sub(
            g.matmul(
              onLine(7, () => g.softmax(scores, { dim })),
              v,
            ),
            g.randn([12, 5, 6]),
          ),
        ),
      );
    };
    const [found] = foundAtAnyScale(rule, attention(1));
    assert.match(found?.message ?? "", /dimension 1, over the queries.*not over the keys \(dimension 2\)/);
    assert.deepEqual(foundAtAnyScale(rule, attention(2)), []);
    const gates = (dim: number) => () => {
      g.manualSeed(3);
      const x = g.randn([30, 4]);
      const weights = onLine(7, () => g.softmax(new g.nn.Linear(4, 3).forward(x), { dim }));
      const mixed = g.sum(g.mul(weights, new g.nn.Linear(4, 3).forward(x)), { dim: 1, keepdim: true });
      return g.mseLoss(mixed, g.randn([30, 1]));
    };
    assert.match(foundAtAnyScale(rule, gates(0))[0]?.message ?? "", /over the items of the batch \(30\)/);
    assert.deepEqual(foundAtAnyScale(rule, gates(1)), []);
  });

  it("is silent about both ways through a square, and about slots that compete for items", () => {
    const pairs = () => {
      g.manualSeed(3);
      const [a, b] = [0, 1].map(() => new g.nn.Linear(6, 6).forward(g.randn([20, 6]))) as [
        g.Tensor,
        g.Tensor,
      ];
      const z = g.matmul(a, g.transpose(b, 0, 1));
      const own = g.eq(g.reshape(g.arange(20), [20, 1]), g.arange(20)).to("float32");
      const one = (dim: number) => g.neg(g.sum(g.mul(own, g.logSoftmax(z, { dim }))));
      return g.add(one(0), one(1));
    };
    const slots = () => {
      g.manualSeed(3);
      const x = g.randn([12, 9, 6]);
      const keys = new g.nn.Linear(6, 6).forward(x);
      const scores = g.matmul(g.parameter(g.randn([1, 4, 6]).mul(0.4)), g.transpose(keys, 1, 2));
      const share = g.softmax(scores, { dim: 1 });
      const mean = g.div(share, g.sum(share, { dim: 2, keepdim: true }));
      return g.mean(g.square(g.sub(g.matmul(mean, keys), g.randn([12, 4, 6]))));
    };
    for (const healthy of [pairs, slots]) assert.deepEqual(foundAtAnyScale(rule, healthy), []);
  });

  it("finds a softmax over one number", () => {
    const single = () => {
      g.manualSeed(3);
      const p = onLine(7, () => g.softmax(new g.nn.Linear(4, 1).forward(g.randn([30, 4])), { dim: 1 }));
      return g.binaryCrossEntropy(p, g.gt(g.randn([30, 1]), 0).to("float32"));
    };
    const [found, ...others] = findingsIn(single);
    assert.deepEqual(others, []);
    assert.equal(found?.rule, "loss-for-activation");
    assert.match(found.message, /over a single number \(shape \[30, 1\]\)/);
  });
});
