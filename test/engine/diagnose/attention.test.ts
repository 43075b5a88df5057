/** Attention whose scores are not scaled, and masks that leak. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import * as g from "../../../engine/index";
import { onLine } from "../sample-run";
import { digits } from "./digit-batches";
import { foundAtAnyScale } from "./findings-in";

const { images, labels } = digits("series");
const weight = (...shape: number[]) => g.parameter(g.randn(shape).mul((shape.at(-1) ?? 1) ** -0.5));
const project = (x: g.Tensor, size: number) => g.linear(x, weight(size, 8));

/** Attention of the rows to each other; lines 5, 6 and 7 are the scores, what is done to them, and the softmax. */
interface Form {
  readonly size?: number;
  readonly query?: (q: g.Tensor) => g.Tensor;
  readonly scores?: (s: g.Tensor) => g.Tensor;
  readonly weights?: (w: g.Tensor) => g.Tensor;
}

function attention({ size = 32, query = (q) => q, scores = (s) => s, weights = (w) => w }: Form): g.Tensor {
  const [q, k, v] = [0, 1, 2].map(() => project(images, size)) as [g.Tensor, g.Tensor, g.Tensor];
  const raw = onLine(5, () => g.matmul(query(q), g.transpose(k, 1, 2)));
  const shares = onLine(7, () =>
    g.softmax(
      onLine(6, () => scores(raw)),
      { dim: -1 },
    ),
  );
  const out = g.matmul(
    onLine(8, () => weights(shares)),
    v,
  );
  return g.crossEntropy(g.linear(g.mean(out, { dim: 1 }), weight(10, size)), labels);
}

const scaled = (s: g.Tensor) => g.mul(s, 32 ** -0.5);
const ones = g.ones([8, 8]);
const future = g.triu(ones, { diagonal: 1 }).to("bool");

describe("attention without its scale", () => {
  const find = (form: Form) =>
    foundAtAnyScale("attention-scale", () => attention(form)).map(({ site, evidence }) => [
      site?.line,
      evidence.size,
    ]);

  it("finds scores that are not scaled or made larger, and a whole attention of scale 1", () => {
    assert.deepEqual(find({}), [[5, 32]]);
    assert.deepEqual(find({ scores: (s) => g.mul(s, Math.sqrt(32)) }), [[6, 32]]);
    const whole = foundAtAnyScale("attention-scale", () => {
      const [q, k, v] = [0, 1, 2].map(() => project(images, 32)) as [g.Tensor, g.Tensor, g.Tensor];
      const out = onLine(9, () => g.scaledDotProductAttention(q, k, v, { scale: 1 }));
      return g.crossEntropy(g.linear(g.mean(out, { dim: 1 }), weight(10, 32)), labels);
    });
    assert.deepEqual(
      whole.map(({ site }) => site?.line),
      [9],
    );
  });

  it("is silent where scores, queries or weights are scaled, learned temperatures and norms", () => {
    const temperature = () => g.parameter(g.tensor([0.3]));
    assert.deepEqual(find({ scores: scaled }), []);
    assert.deepEqual(find({ scores: (s) => g.div(s, Math.sqrt(32)) }), []);
    assert.deepEqual(find({ query: scaled }), []);
    assert.deepEqual(find({ scores: (s) => g.mul(s, temperature()) }), []);
    assert.deepEqual(find({ query: (q) => g.layerNorm(q, { normalizedShape: 32 }) }), []);
    assert.deepEqual(find({ size: 8 }), []);
  });

  it("is silent about nn.MultiheadAttention", () => {
    const found = foundAtAnyScale("attention-scale", () => {
      const [out] = new g.nn.MultiheadAttention(32, 2, { batchFirst: true }).forward(
        ...([0, 1, 2].map(() => project(images, 32)) as [g.Tensor, g.Tensor, g.Tensor]),
      );
      return g.crossEntropy(g.linear(g.mean(out, { dim: 1 }), weight(10, 32)), labels);
    });
    assert.deepEqual(found, []);
  });
});

describe("attention masks that leak", () => {
  const find = (form: Form) =>
    foundAtAnyScale("attention-mask", () =>
      attention({ ...form, scores: (s) => (form.scores ?? ((x) => x))(scaled(s)) }),
    ).map(({ site, evidence }) => [site?.line, evidence.kind]);
  const visible = g.tril(ones);

  it("finds hidden scores that get weight", () => {
    assert.deepEqual(find({ scores: (s) => g.mul(s, visible) }), [[6, "leak"]]);
    assert.deepEqual(find({ scores: (s) => g.maskedFill(s, future, 0) }), [[6, "leak"]]);
    assert.deepEqual(find({ scores: (s) => g.where(future, g.tensor(-1), s) }), [[6, "leak"]]);
    assert.deepEqual(find({ scores: (s) => g.add(s, visible) }), [[6, "leak"]]);
  });

  it("measures how much weight a hidden score gets", () => {
    const share = (form: Form) =>
      foundAtAnyScale("attention-mask", () => attention({ ...form, scores: (s) => scaled(s) })).map(
        ({ evidence }) => Number(evidence.leak),
      );
    const [leak, ...others] = share({ weights: (w) => g.mul(w, visible) });
    assert.equal(others.length, 0);
    assert.ok(leak !== undefined && leak > 0 && leak <= 1, String(leak));
  });

  it("finds masks behind the softmax, unless the weights are normalised again", () => {
    const masked = (w: g.Tensor) => g.mul(w, visible);
    assert.deepEqual(find({ weights: masked }), [[8, "unnormalised"]]);
    assert.deepEqual(find({ weights: (w) => g.maskedFill(w, future, 0) }), [[8, "unnormalised"]]);
    const again = (w: g.Tensor) => g.div(masked(w), g.sum(masked(w), { dim: -1, keepdim: true }));
    assert.deepEqual(find({ weights: again }), []);
    const both: Form = { scores: (s) => g.maskedFill(s, future, Number.NEGATIVE_INFINITY), weights: masked };
    assert.deepEqual(find(both), []);
  });

  it("finds causal masks that are one off or the wrong way round, at the triangle", () => {
    const hide = (mask: () => g.Tensor) => (s: g.Tensor) =>
      g.maskedFill(s, onLine(12, mask).to("bool"), -1e9);
    assert.deepEqual(find({ scores: hide(() => g.triu(ones, { diagonal: 2 })) }), [[12, "sees-next"]]);
    assert.deepEqual(find({ scores: hide(() => g.triu(ones)) }), [[12, "sees-not-itself"]]);
    assert.deepEqual(find({ scores: hide(() => g.tril(ones, { diagonal: -1 })) }), [[12, "inverted"]]);
    assert.deepEqual(find({ scores: hide(() => g.triu(ones, { diagonal: 1 })) }), []);
  });

  it("finds padding along the queries, and is silent about padding along the keys", () => {
    const lengths = g.tensor(Array.from({ length: 24 }, (_, i) => 3 + (i % 6)));
    const padding = g.ge(g.unsqueeze(g.arange(8).to("float32"), 0), g.unsqueeze(lengths, 1));
    assert.deepEqual(find({ scores: (s) => g.maskedFill(s, g.unsqueeze(padding, 2), -1e9) }), [
      [6, "queries"],
    ]);
    assert.deepEqual(find({ scores: (s) => g.maskedFill(s, g.unsqueeze(padding, 1), -1e9) }), []);
    const both = (s: g.Tensor) => g.maskedFill(g.maskedFill(s, future, -1e9), g.unsqueeze(padding, 1), -1e9);
    assert.deepEqual(find({ scores: both }), []);
  });

  it("is silent about added −∞, biases of distance, windows and heads that are left out", () => {
    const far = g.triu(g.full([8, 8], Number.NEGATIVE_INFINITY), { diagonal: 1 });
    const place = g.arange(8).to("float32");
    const distance = g.abs(g.sub(g.unsqueeze(place, 0), g.unsqueeze(place, 1)));
    assert.deepEqual(find({ scores: (s) => g.add(s, far) }), []);
    assert.deepEqual(find({ scores: (s) => g.sub(s, g.mul(distance, 0.5)) }), []);
    assert.deepEqual(find({ scores: (s) => g.maskedFill(s, g.gt(distance, 1), -1e9) }), []);
    assert.deepEqual(find({ weights: (w) => g.mul(w, g.tensor(0)) }), []);
  });
});
