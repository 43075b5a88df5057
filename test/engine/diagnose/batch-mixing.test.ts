/** Items of a batch that reach each other: found where an operation mixes them, silent where they are meant to meet. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import * as g from "../../../engine/index";
import { onLine } from "../sample-run";
import { foundAtAnyScale } from "./findings-in";

type Hidden = (h: g.Tensor) => g.Tensor;
type End = (z: g.Tensor, labels: g.Tensor) => g.Tensor;

const cross: End = (z, labels) => g.crossEntropy(z, labels);

/** Two layers on the digits with something between them on line 7. */
function lines(between: Hidden, end: End = cross) {
  const found = foundAtAnyScale("batch-mixing", () => {
    g.manualSeed(5);
    const { images, labels } = g.data.digits({ count: 12 });
    const [first, last] = [new g.nn.Linear(64, 16), new g.nn.Linear(16, 10)];
    const h = onLine(7, () => between(first.forward(images)));
    return end(last.forward(h), labels);
  });
  return found.map(({ site }) => site?.line);
}

/** A recurrent layer of line 4 on rows of pictures, [items, steps, features], whose last state is judged. */
function recurrent(batchFirst: boolean, items = 12) {
  return foundAtAnyScale("batch-mixing", () => {
    g.manualSeed(5);
    const { images, labels } = g.data.digits({ count: items, shape: [8, 8] });
    const layer = onLine(4, () => new g.nn.GRU(8, 16, { batchFirst }));
    const head = new g.nn.Linear(16, 10);
    const [out] = layer.forward(images);
    return g.crossEntropy(head.forward(g.squeeze(g.narrow(out, 1, 7, 1), 1)), labels);
  });
}

describe("diagnosis of items that mix", () => {
  it("names a statistic of all elements in the place of one of each item", () => {
    assert.deepEqual(
      lines((h) => g.sub(h, g.mean(h))),
      [7],
    );
    assert.deepEqual(
      lines((h) => g.div(h, g.std(h))),
      [7],
    );
    assert.deepEqual(
      lines((h) => g.sub(h, g.mean(h, { dim: 1, keepdim: true }))),
      [],
    );
  });

  it("names a reshape in the place of a transpose, and not the layer behind it", () => {
    const first = (turned: (x: g.Tensor) => g.Tensor, batchFirst: boolean) =>
      foundAtAnyScale("batch-mixing", () => {
        g.manualSeed(5);
        const layer = onLine(4, () => new g.nn.GRU(5, 16, { batchFirst }));
        const [, state] = layer.forward(onLine(9, () => turned(g.randn([8, 6, 5]))));
        return g.crossEntropy(new g.nn.Linear(16, 3).forward(g.squeeze(state, 0)), g.randint(3, [8]));
      }).map(({ site }) => site?.line);
    assert.deepEqual(
      first((x) => g.reshape(x, [6, 8, 5]), false),
      [9],
    );
    assert.deepEqual(
      first((x) => g.transpose(x, 0, 1), false),
      [],
    );
    assert.deepEqual(
      first((x) => g.reshape(g.reshape(x, [8, 30]), [8, 6, 5]), true),
      [],
    );
  });

  it("names a layer for sequences that takes the items for steps", () => {
    const [found, ...others] = recurrent(false);
    assert.deepEqual(others, []);
    assert.equal(found?.site?.line, 4);
    assert.deepEqual([found.evidence.culprit, found.evidence.batch], ["GRU", 12]);
    assert.deepEqual(recurrent(true), []);
  });

  it("is silent about a batch of as many items as there are features", () => {
    const part = () => {
      const x = g.randn(32, 8);
      const net = new g.nn.Linear(8, 1);
      const out = g.tanh(g.mul(net.forward(g.narrow(x, 0, 8, 8)), 2));
      return g.mseLoss(new g.nn.Linear(1, 1).forward(g.sub(out, g.mean(out, 1, true))), g.zeros(8, 1));
    };
    assert.deepEqual(foundAtAnyScale("batch-mixing", part), []);
  });

  it("names a reshape that tears items apart", () => {
    const torn: Hidden = (h) => g.reshape(g.transpose(h, 0, 1), [12, 16]);
    assert.deepEqual(lines(torn), [7]);
    assert.deepEqual(
      lines((h) => g.reshape(g.reshape(h, [12, 4, 4]), [12, 16])),
      [],
    );
  });

  it("is silent about statistics of the batch that are meant, by a layer and by hand", () => {
    const norm = new g.nn.BatchNorm1d(16);
    assert.deepEqual(
      lines((h) => norm.forward(h)),
      [],
    );
    const byHand: Hidden = (h) => {
      const centred = g.sub(h, g.mean(h, { dim: 0, keepdim: true }));
      return g.div(centred, g.std(h, { dim: 0, keepdim: true }));
    };
    assert.deepEqual(lines(byHand), []);
    // Behind such a statistic the items are looked at again.
    assert.deepEqual(
      lines((h) => g.sub(norm.forward(h), g.mean(norm.forward(h)))),
      [7],
    );
  });

  it("is silent about losses that compare items, about graphs, and about steps of one sequence", () => {
    const contrast: End = (z) => g.crossEntropy(g.matmul(z, g.transpose(z, 0, 1)), g.arange(12));
    assert.deepEqual(lines(g.relu, contrast), []);
    const neighbours = g.div(g.ones([12, 12]), 12);
    assert.deepEqual(
      lines((h) => g.matmul(neighbours, h)),
      [],
    );
    const attend: Hidden = (h) => g.matmul(g.softmax(g.matmul(h, g.transpose(h, 0, 1)), { dim: 1 }), h);
    assert.deepEqual(lines(attend), []);
    assert.deepEqual(
      lines((h) => g.cumsum(h, 1)),
      [],
    );
  });

  it("is silent about weights that were changed by hand after the backward pass, and finds what mixes beside them", () => {
    const stepped = (between: Hidden) => {
      const found = foundAtAnyScale("batch-mixing", () => {
        g.manualSeed(5);
        const { images, labels } = g.data.digits({ count: 12 });
        const [first, last] = [64, 16].map((size) =>
          g.parameter(g.mul(g.randn(size, size === 64 ? 16 : 10), 0.1)),
        );
        const h = g.matmul(images, first as g.Tensor);
        const loss = g.crossEntropy(
          g.matmul(
            onLine(7, () => between(h)),
            last as g.Tensor,
          ),
          labels,
        );
        loss.backward(undefined, { retainGraph: true });
        for (const p of [first, last]) {
          const step = (p?.grad?.data ?? []).map((v) => 0.1 * v);
          p?.data.set(p.data.map((v, i) => v - (step[i] ?? 0)));
        }
        return loss;
      });
      return found.map(({ site }) => site?.line);
    };
    assert.deepEqual(stepped(g.tanh), []);
    assert.deepEqual(
      stepped((h) => g.sub(h, g.mean(h))),
      [7],
    );
  });
});
