/** Two linear maps in a row are found in whatever form they are written; what is meant to be two is left alone. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import * as g from "../../../engine/index";
import { onLine } from "../sample-run";
import { digits } from "./digit-batches";
import { foundAtAnyScale } from "./findings-in";

const find = (logits: () => g.Tensor, labels: g.Tensor) =>
  foundAtAnyScale("linear-without-activation", () => g.crossEntropy(logits(), labels));

const weight = (...shape: number[]) => g.parameter(g.randn(shape).mul(0.2));

describe("linear layers without an activation between", () => {
  const { images, labels } = digits("rows");

  it("finds layers, functions and products by hand alike, through what is linear", () => {
    const forms: (() => g.Tensor)[] = [
      () => {
        const [a, b] = [new g.nn.Linear(64, 32), new g.nn.Linear(32, 10)];
        const hidden = onLine(5, () => a.forward(images));
        return onLine(6, () => b.forward(g.dropout(hidden, { p: 0.2 })));
      },
      () => {
        const hidden = onLine(5, () => g.linear(images, weight(32, 64), weight(32)));
        return onLine(6, () => g.linear(g.div(hidden, 2), weight(10, 32)));
      },
      () => {
        const hidden = onLine(5, () => g.add(g.matmul(images, weight(64, 32)), weight(32)));
        return onLine(6, () => g.matmul(g.reshape(hidden, [24, 32]), weight(32, 10)));
      },
      () => {
        const hidden = onLine(5, () => g.einsum("ni,io->no", images, weight(64, 32)));
        return onLine(6, () => g.einsum("ni,io->no", hidden, weight(32, 10)));
      },
    ];
    for (const form of forms) {
      const [finding, ...others] = find(form, labels);
      assert.deepEqual(others, []);
      assert.equal(finding?.site?.line, 6);
      assert.deepEqual([finding.evidence.between, finding.evidence.outputs], [32, 10]);
    }
  });

  it("finds convolutions, through average pooling and up to the head", () => {
    const { images: pictures } = digits("image");
    const found = find(() => {
      const a = new g.nn.Conv2d(1, 8, 3, { padding: 1 });
      const b = new g.nn.Conv2d(8, 8, 3, { padding: 1 });
      const c = new g.nn.Linear(8 * 16, 10);
      const wide = onLine(4, () => a.forward(pictures));
      const pooled = g.avgPool2d(
        onLine(5, () => b.forward(wide)),
        2,
      );
      return onLine(6, () => c.forward(g.flatten(pooled, { startDim: 1 })));
    }, labels);
    assert.deepEqual(
      found.map(({ site, evidence }) => [site?.line, evidence.pairs]),
      [[5, 2]],
    );
  });

  it("names the layer that does nothing in the place of an activation", () => {
    const [finding] = find(() => {
      const layers = [
        new g.nn.Linear(64, 32),
        onLine(9, () => new g.nn.Identity()),
        new g.nn.Linear(32, 10),
      ] as const;
      return onLine(12, () => new g.nn.Sequential(...layers).forward(images));
    }, labels);
    assert.equal(finding?.site?.line, 9);
  });

  it("says each pair of a loop once", () => {
    const [finding] = find(() => {
      const [first, second, third] = [
        new g.nn.Linear(64, 32),
        new g.nn.Linear(32, 32),
        new g.nn.Linear(32, 10),
      ];
      return third.forward(second.forward(first.forward(images)));
    }, labels);
    assert.equal(finding?.evidence.pairs, 2);
  });

  const silent: Record<string, () => g.Tensor> = {
    "an activation between": () => g.linear(g.gelu(g.linear(images, weight(32, 64))), weight(10, 32)),
    "a matrix of low rank": () => g.matmul(g.matmul(images, weight(64, 4)), weight(4, 10)),
    "a low-rank update beside a layer": () => {
      const update = g.matmul(g.matmul(images, weight(64, 16)), weight(16, 10));
      return g.add(g.matmul(images, weight(64, 10)), update);
    },
    "a norm between": () => {
      const norm = new g.nn.LayerNorm(32);
      return g.linear(norm.forward(g.linear(images, weight(32, 64))), weight(10, 32));
    },
    "a sum with positions": () =>
      g.linear(g.add(g.linear(images, weight(32, 64)), weight(24, 32)), weight(10, 32)),
    "a skip around the second": () => {
      const h = g.linear(images, weight(32, 64));
      return g.linear(g.relu(g.add(h, g.linear(h, weight(32, 32)))), weight(10, 32));
    },
    "a frozen first layer": () => g.linear(g.linear(images, g.randn([32, 64])), weight(10, 32)),
    "rows that are looked up": () => {
      const ids = g.oneHot(g.randint(20, [24]), 20).to("float32");
      return g.matmul(g.matmul(ids, weight(20, 32)), weight(32, 10));
    },
    "a recurrent cell behind a projection": () => {
      const h = g.add(
        g.linear(g.linear(images, weight(32, 64)), weight(16, 32)),
        g.linear(g.zeros([24, 16]), weight(16, 16)),
      );
      return g.linear(g.tanh(h), weight(10, 16));
    },
  };
  for (const [name, model] of Object.entries(silent)) {
    it(`is silent about ${name}`, () => assert.deepEqual(find(model, labels), []));
  }

  it("is silent about convolutions that were taken apart", () => {
    const { images: pictures } = digits("image");
    const pairs: [g.nn.Conv2d, g.nn.Conv2d][] = [
      [new g.nn.Conv2d(8, 8, 3, { padding: 1, groups: 8 }), new g.nn.Conv2d(8, 8, 1)],
      [
        new g.nn.Conv2d(8, 8, [3, 1], { padding: [1, 0] }),
        new g.nn.Conv2d(8, 8, [1, 3], { padding: [0, 1] }),
      ],
    ];
    for (const [first, second] of pairs) {
      const found = find(() => {
        const stem = g.relu(g.conv2d(pictures, weight(8, 1, 3, 3)));
        const out = g.relu(second.forward(first.forward(stem)));
        return g.linear(g.mean(out, { dim: [2, 3] }), weight(10, 8));
      }, labels);
      assert.deepEqual(found, []);
    }
  });

  it("is silent about attention's projections", () => {
    const { images: series } = digits("series");
    const found = find(() => {
      const h = g.linear(series, weight(16, 8));
      const [q, k, v] = [0, 1, 2].map(() => g.linear(h, weight(16, 16))) as [g.Tensor, g.Tensor, g.Tensor];
      const attended = g.scaledDotProductAttention(q, k, v);
      return g.linear(g.mean(g.linear(attended, weight(16, 16)), { dim: 1 }).relu(), weight(10, 16));
    }, labels);
    assert.deepEqual(found, []);
  });
});
