// A finding is the same one after an edit, and says what the edit did to its number.
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import * as g from "../../engine/index";
import { newsOf, showEffect } from "../../engine/report/follow-findings";
import type { Finding, Report } from "../../engine/report/report";
import { recordTrace } from "../../engine/tracing/record-trace";
import { onLine, type Pen, sampleRun } from "./sample-run";

/** Layers in a row, each with an activation: twelve of sigmoid vanish. */
function deep(depth: number, activation: (x: g.Tensor) => g.Tensor) {
  return (pen: Pen) => {
    g.manualSeed(0);
    const { images, labels } = g.data.digits({ count: 32 });
    class Net extends g.nn.Module {
      layers = Array.from({ length: depth }, (_, i) => new g.nn.Linear(i === 0 ? 64 : 16, 16));
      override forward(x: g.Tensor) {
        const last = this.layers.length - 1;
        return this.layers.reduce((h, layer, i) => {
          const out = layer.forward(h);
          return i === last ? out : onLine(7, () => activation(out));
        }, x);
      }
    }
    return g.crossEntropy(pen.name("net", new Net()).forward(images), labels);
  };
}

const report = (model: (pen: Pen) => g.Tensor): Report => recordTrace(sampleRun(model)).report;

/** A report with findings of its own, at nodes of another one. */
function withFindings(base: Report, findings: readonly Partial<Finding>[]): Report {
  const [first] = report(deep(12, g.sigmoid)).findings;
  assert.ok(first);
  return Object.assign(Object.create(base), {
    measures: [],
    findings: findings.map((each) => ({ ...first, ...each })),
  });
}

/** A run that was asked for the numbers of rules that found something in the one before. */
function measured(before: Report, after: Report): Report {
  const measures = before.measures.map((each) => ({ ...each, value: 1e-3 }));
  return Object.assign(Object.create(after), { measures });
}

describe("findings over runs", () => {
  const twelve = report(deep(12, g.sigmoid));
  const nine = report(deep(9, g.sigmoid));

  it("keep who they are when the model became another, and say what became of their number", () => {
    const news = newsOf(twelve, nine);
    const [change] = news?.changes ?? [];
    assert.ok(change && change !== "new");
    const numbers = [twelve, nine].map(({ measures: [measure] }) => measure?.value);
    assert.deepEqual([change.before, change.after], numbers);
    assert.match(showEffect(change), /^gradient of the first layer, per weight was \S+e-\d+, now \S+e-\d+$/);
    assert.deepEqual(news?.gone, []);
  });

  it("are gone when they are cured, and new when they come", () => {
    const cured = report(deep(2, g.relu));
    const [gone, ...more] = newsOf(twelve, cured)?.gone ?? [];
    assert.deepEqual([gone?.finding, gone?.effect, more], [twelve.findings[0], null, []]);
    const [effect] = newsOf(twelve, measured(twelve, cured))?.gone ?? [];
    assert.ok(effect?.effect && effect.effect.after > 1e3 * effect.effect.before);
    assert.deepEqual(newsOf(cured, twelve)?.changes, ["new"]);
  });

  it("say nothing without a run before, nor of a run that failed", () => {
    assert.equal(newsOf(null, twelve), null);
    const failure = { kind: "model", message: "no", hint: null, site: null, stack: [] } as const;
    assert.equal(newsOf(twelve, Object.assign(Object.create(nine), { failure })), null);
  });

  it("of one rule are told apart by their layer, in whatever order they come", () => {
    const at = (path: string) =>
      twelve.nodes.find(({ scope }) => twelve.scopes[scope]?.path === path)?.id ?? null;
    const paths = twelve.scopes.map(({ path }) => path).filter((path) => /layers\.[1-3]$/.test(path));
    const findings = paths.map((path, i) => ({ node: at(path), evidence: { size: i } }));
    const before = withFindings(twelve, findings);
    const after = withFindings(
      twelve,
      [findings[2], findings[0]].flatMap((each) => each ?? []),
    );
    const news = newsOf(before, after);
    assert.deepEqual(
      news?.changes.map((change) => (change === "new" ? change : change?.before)),
      [2, 0],
    );
    assert.deepEqual(
      news?.gone.map(({ finding }) => finding.evidence.size),
      [1],
    );
  });

  it("whose number stayed say nothing", () => {
    assert.equal(showEffect({ label: "ratio", before: 0.5, after: 0.5 }), "");
  });
});
