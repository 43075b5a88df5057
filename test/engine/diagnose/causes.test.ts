/** Which of several findings is the cause: by the order of the rules, and by runs without the one and without the other. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { defineRule } from "../../../engine/diagnose/rule";
import { said } from "../../../engine/diagnose/said";
import { type GoneWithout, type Stated, settle } from "../../../engine/diagnose/settle";
import * as g from "../../../engine/index";
import { lineSite, onLine, type Pen } from "../sample-run";
import { findingsIn } from "./findings-in";

/** Findings of rules with these names, by what each explains; the place of the n-th one is line n. */
function stated(explains: Readonly<Record<string, readonly string[]>>): Stated[] {
  const page = { meaning: "", harm: "", cure: "", source: "" };
  return Object.keys(explains).map((id, i) => ({
    rule: defineRule({
      id,
      title: id,
      page,
      severity: "warning",
      thresholds: {},
      explains: explains[id] ?? [],
      find: () => [],
    }),
    found: { ...said(id), site: lineSite(i + 1), node: null, evidence: {} },
  }));
}

/** What is told, each with its symptoms: "a: s t". `gone` are the rules that a run without a cause is free of. */
function told(
  explains: Readonly<Record<string, readonly string[]>>,
  gone: Readonly<Record<string, readonly string[]>> = {},
): string[] {
  const without: GoneWithout = ({ rule: { id } }) => (gone[id] ? new Set([id, ...gone[id]]) : null);
  return settle(stated(explains), without, null).map(({ rule, related }) =>
    [`${rule}:`, ...related.map(({ message }) => message)].join(" "),
  );
}

describe("causes", () => {
  it("claim by the order of the rules where no run decides", () => {
    assert.deepEqual(told({ a: ["s"], b: ["s"], s: [] }), ["a: s", "b:"]);
    assert.deepEqual(told({ a: ["b"], b: ["a"] }), ["a: b"]);
    const both = { a: ["s"], b: ["s"] };
    assert.deepEqual(told({ a: ["s"], b: ["s"], s: [] }, both), ["a: s", "b:"]);
    assert.deepEqual(told({ a: ["s"], b: ["s"], s: [] }, { a: [], b: [] }), ["a: s", "b:"]);
  });

  it("are tried only where two could be it", () => {
    const never = () => assert.fail("tried");
    const found = settle(stated({ a: ["b", "s"], b: [], s: ["t"], t: [] }), never, null);
    assert.deepEqual(
      found.map(({ rule }) => rule),
      ["a", "t"],
    );
  });

  it("get the symptoms that a run without them is free of", () => {
    assert.deepEqual(told({ a: ["s"], b: ["s"], s: [] }, { a: [], b: ["s"] }), ["a:", "b: s"]);
    // What could not be undone has shown nothing.
    assert.deepEqual(told({ a: ["s"], b: ["s"], s: [] }, { b: ["s"] }), ["a:", "b: s"]);
  });

  it("are told first when two explain each other and one takes the other away", () => {
    assert.deepEqual(told({ a: ["b"], b: ["a"] }, { a: [], b: ["a"] }), ["b: a"]);
    assert.deepEqual(told({ a: ["b"], b: ["a"] }, { a: ["b"], b: ["a"] }), ["a: b"]);
    assert.deepEqual(told({ a: ["b", "s"], b: ["a", "s"], s: [] }, { b: ["a", "s"] }), ["b: a s"]);
  });

  it("are two where one neither removes the other nor what that explains", () => {
    const explains = { a: ["b", "s"], b: ["s"], s: [] };
    assert.deepEqual(told(explains, { a: [], b: ["s"] }), ["a:", "b: s"]);
    assert.deepEqual(told(explains, { a: ["b", "s"], b: ["s"] }), ["a: b s"]);
    // Without a run of the first one its order counts.
    assert.deepEqual(told(explains, { b: ["s"] }), ["a: b s"]);
  });
});

describe("a cause in a model", () => {
  const WEIGHTS = 5;
  const RATE = 6;
  const model =
    (size: number, lr: number) =>
    ({ name }: Pen) => {
      g.manualSeed(0);
      const { images } = g.data.digits({ count: 64 });
      const weights = [64, 48, 48, 48, 48, 48].map((fan, i) =>
        name(
          `w${i}`,
          onLine(WEIGHTS, () => g.parameter(g.randn([fan, i === 5 ? 10 : 48]).mul(size))),
        ),
      );
      onLine(RATE, () => new g.optim.SGD(weights, { lr }));
      const out = weights.reduce(
        (h, w, i) => (i === 0 ? g.matmul(h, w) : g.matmul(g.leakyRelu(h), w)),
        images,
      );
      return g.mseLoss(out, g.randn([64, 10]));
    };
  const toldOf = (size: number, lr: number) =>
    findingsIn(model(size, lr)).map(
      ({ rule, site, related }) => `${rule}@${site?.line} ${related.map((each) => each.site.line)}`,
    );

  it("is the size of weights, where the learning rate is too large for that size alone", () => {
    // The learning rate comes first in the order of the rules, and each of them explains the other.
    assert.deepEqual(toldOf(0.4, 0.05), [`initialisation@${WEIGHTS} ${RATE},${WEIGHTS}`]);
  });

  it("is the learning rate, where it is too large for the usual weights as well", () => {
    assert.deepEqual(toldOf(0.2, 5), [`learning-rate-edge@${RATE} `]);
    assert.deepEqual(toldOf(0.4, 5), [`learning-rate-edge@${RATE} ${WEIGHTS},${WEIGHTS}`]);
  });
});
