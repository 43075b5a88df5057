/** Dropout in the wrong place, and biases without effect. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import * as g from "../../../engine/index";
import { onLine } from "../sample-run";
import { digits } from "./digit-batches";
import { foundAtAnyScale } from "./findings-in";

const { images, labels } = digits("rows", 64);
const weight = (...shape: number[]) => g.parameter(g.randn(shape).mul(0.2));
const hidden = () => g.relu(g.linear(images, weight(32, 64)));
const head = (h: g.Tensor) => g.linear(h, weight(10, 32));

const placed = (logits: () => g.Tensor) =>
  foundAtAnyScale("dropout-placement", () => g.crossEntropy(logits(), labels)).map(({ site, evidence }) => [
    site?.line,
    evidence.kind,
  ]);

describe("dropout in the wrong place", () => {
  it("finds rates above 0.8, of functions and of masks by hand", () => {
    assert.deepEqual(
      placed(() => head(onLine(4, () => g.dropout(hidden(), { p: 0.9 })))),
      [[4, "rate"]],
    );
    const mask = () => g.mul(g.gt(g.rand([64, 32]), 0.9).to("float32"), 10);
    assert.deepEqual(
      placed(() => head(onLine(5, () => g.mul(hidden(), mask())))),
      [[5, "rate"]],
    );
    assert.deepEqual(
      placed(() => head(g.dropout(hidden(), { p: 0.8 }))),
      [],
    );
  });

  it("finds masks of ones that are scaled apart, and no other masks", () => {
    const kept = () => g.lt(g.rand([64, 32]), 0.1);
    const ways = [
      () => g.mul(hidden(), kept().to("float32")).div(0.1),
      () => g.mul(kept().to("float32"), hidden()).mul(10),
      () => g.mul(hidden().div(0.1), kept().to("float32")),
      () => g.where(kept(), hidden(), 0).mul(10),
      () => g.maskedFill(hidden(), g.gt(g.rand([64, 32]), 0.1), 0).div(0.1),
    ];
    for (const way of ways)
      assert.deepEqual(
        placed(() => head(onLine(5, way))),
        [[5, "rate"]],
      );
    const half = () => g.lt(g.rand([64, 32]), 0.5).to("float32");
    const healthy = [
      () => g.mul(hidden(), half()).div(0.5),
      // Hidden places, as in a masked autoencoder: nothing makes up for them.
      () => g.mul(hidden(), kept().to("float32")),
      // A scale that has nothing to do with the mask.
      () => g.mul(hidden(), half()).div(0.1),
      // The mean of what is left.
      () => {
        const mask = kept().to("float32");
        return g.mul(hidden(), mask).div(mask.mean().item());
      },
    ];
    for (const way of healthy)
      assert.deepEqual(
        placed(() => head(way())),
        [],
      );
  });

  it("tells of further places once each, and not of its own line again", () => {
    const strong = (line: number, h: g.Tensor) => onLine(line, () => g.dropout(h, { p: 0.9 }));
    const [found, ...others] = foundAtAnyScale("dropout-placement", () =>
      g.crossEntropy(head(strong(9, strong(9, strong(4, strong(4, hidden()))))), labels),
    );
    assert.equal(others.length, 0);
    assert.deepEqual([found?.site?.line, found?.evidence.places], [4, 2]);
    assert.deepEqual(
      found?.related.map(({ site }) => site.line),
      [9],
    );
  });

  it("finds dropout on outputs, also where the loss is written by hand", () => {
    assert.deepEqual(
      placed(() => onLine(6, () => g.dropout(head(hidden()), { p: 0.3 }))),
      [[6, "outputs"]],
    );
    const byHand = foundAtAnyScale("dropout-placement", () => {
      const out = onLine(7, () => g.dropout(g.linear(hidden(), weight(1, 32)), { p: 0.3 }));
      const y = g.mul(g.unsqueeze(labels.to("float32"), 1), 0.1);
      return g.mean(g.square(g.sub(g.sigmoid(out), y)));
    });
    assert.deepEqual(
      byHand.map(({ site }) => site?.line),
      [7],
    );
  });

  it("finds dropout in front of batch norm, with a layer between or without", () => {
    const norm = () => new g.nn.BatchNorm1d(32);
    const linear = () => new g.nn.Linear(32, 32, { bias: false });
    assert.deepEqual(
      placed(() => head(g.relu(norm().forward(onLine(8, () => g.dropout(hidden(), { p: 0.2 })))))),
      [[8, "normalisation"]],
    );
    assert.deepEqual(
      placed(() =>
        head(g.relu(norm().forward(linear().forward(onLine(9, () => g.dropout(hidden(), { p: 0.5 })))))),
      ),
      [[9, "normalisation"]],
    );
  });

  it("is silent between layers, in attention, behind batch norm and in evaluation mode", () => {
    assert.deepEqual(
      placed(() => head(g.dropout(hidden(), { p: 0.5 }))),
      [],
    );
    assert.deepEqual(
      placed(() => head(g.dropout(new g.nn.BatchNorm1d(32).forward(hidden()), { p: 0.5 }))),
      [],
    );
    assert.deepEqual(
      placed(() => {
        const norm = new g.nn.BatchNorm1d(32);
        norm.eval();
        return head(norm.forward(g.dropout(hidden(), { p: 0.5 })));
      }),
      [],
    );
    const { images: series } = digits("series", 64);
    assert.deepEqual(
      placed(() => {
        const attention = new g.nn.MultiheadAttention(8, 2, { dropout: 0.3, batchFirst: true });
        const [out] = attention.forward(series, series, series);
        return g.linear(g.mean(out, { dim: 1 }), weight(10, 8));
      }),
      [],
    );
  });

  it("is silent where values are compared by their products", () => {
    const similar = foundAtAnyScale("dropout-placement", () => {
      const [a, b] = [0, 1].map(() => g.dropout(g.linear(hidden(), weight(16, 32)), { p: 0.1 })) as [
        g.Tensor,
        g.Tensor,
      ];
      return g.crossEntropy(g.matmul(a, g.transpose(b, 0, 1)), g.arange(64).to("int32"));
    });
    assert.deepEqual(similar, []);
  });
});

describe("bias without effect", () => {
  const biases = (norm: g.nn.Module & { forward(x: g.Tensor): g.Tensor }, bias = true) =>
    foundAtAnyScale("useless-bias", () => {
      const layer = onLine(3, () => new g.nn.Linear(64, 32, { bias }));
      return g.crossEntropy(head(g.relu(norm.forward(layer.forward(images)))), labels);
    }).map(({ site, evidence }) => [site?.line, evidence.parameters]);

  it("finds it before batch norm in training, of a layer and of a sum", () => {
    assert.deepEqual(biases(new g.nn.BatchNorm1d(32)), [[3, 32]]);
    const byHand = foundAtAnyScale("useless-bias", () => {
      const h = g.add(g.matmul(images, weight(64, 32)), weight(32));
      return g.crossEntropy(head(g.relu(g.batchNorm(h))), labels);
    });
    assert.equal(byHand.length, 1);
  });

  it("finds it before instance norm", () => {
    const { images: pictures } = digits("image", 64);
    const found = foundAtAnyScale("useless-bias", () => {
      const conv = onLine(5, () => new g.nn.Conv2d(1, 6, 3));
      const h = g.relu(new g.nn.InstanceNorm2d(6).forward(conv.forward(pictures)));
      return g.crossEntropy(g.linear(g.flatten(g.avgPool2d(h, 2), { startDim: 1 }), weight(10, 54)), labels);
    });
    assert.deepEqual(
      found.map(({ site }) => site?.line),
      [5],
    );
  });

  it("is silent before layer norm, in evaluation mode, behind an activation and without a bias", () => {
    const evaluated = new g.nn.BatchNorm1d(32);
    evaluated.eval();
    assert.deepEqual(biases(new g.nn.LayerNorm(32)), []);
    assert.deepEqual(biases(evaluated), []);
    assert.deepEqual(biases(new g.nn.Sequential(new g.nn.ReLU(), new g.nn.BatchNorm1d(32))), []);
    assert.deepEqual(biases(new g.nn.BatchNorm1d(32), false), []);
  });
});
