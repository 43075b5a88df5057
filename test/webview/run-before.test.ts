// What panels say of a run beside the run before.
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import type { Report } from "../../engine/report/report";
import {
  aloneRows,
  type BesideRow,
  besideRows,
  layerPartner,
  nodePartner,
} from "../../webview/gradients/beside-rows";
import { depthRows, layerRows, parameterRows } from "../../webview/gradients/series";
import { buildScene } from "../../webview/graph/drawing/scene";
import { graphModel } from "../../webview/graph/model/boxes";
import { allGroups } from "../../webview/graph/model/opening";
import { besideBefore, nodeChange } from "../../webview/run-before";
import { ReportBuilder, statsOf, sumTimes } from "./reports";

/** Layers of one weight and one operation each; the gradient of a layer's weight is what is given. */
function layered(layers: readonly (readonly [name: string, op: string, gradient: number | null])[]): Report {
  const b = new ReportBuilder();
  let x = b.node({ op: "input", kind: "input", name: "x", shape: [4] });
  const net = b.scope("net", "Net");
  for (const [name, op, gradient] of layers) {
    const scope = b.scope(`net.${name}`, "Linear", net, gradient, 1);
    const grad = gradient === null ? null : statsOf(4, gradient);
    const weight = { op: "parameter", kind: "parameter" as const, shape: [4], name: `net.${name}.weight` };
    const w = b.node({ ...weight, scope, grad });
    x = b.node({ op, inputs: [x, w], scope, shape: [4], grad: statsOf(4, 1) });
  }
  b.node({ op: "mean", inputs: [x], grad: statsOf(1, 1, 1) });
  return b.build();
}

const before = layered([
  ["first", "linear", 0.001],
  ["middle", "linear", 0.5],
  ["last", "linear", 1],
]);
const now = layered([
  ["first", "linear", 0.1],
  ["fresh", "linear", 2],
  ["last", "conv1d", null],
]);

const said = (rows: readonly BesideRow[]) => rows.map(({ row, change }) => `${row.name}: ${change}`);

describe("panels: the run before", () => {
  const beside = besideBefore(before, now);
  assert.ok(beside);

  it("stands beside each layer and each weight; what is gone keeps its place", () => {
    const rows = besideRows(layerRows(now, "norm"), layerRows(before, "norm"), layerPartner(beside), 2);
    assert.deepEqual(said(rows), ["net.first: × 100", "net.fresh: × 4", "net.last: no gradient now"]);
    assert.ok(rows.every(({ isChanged }) => isChanged));
    const weights = parameterRows(before, "norm");
    const shown = besideRows(parameterRows(now, "norm"), weights, nodePartner(beside), 2);
    assert.equal(shown.length, rows.length);
    assert.equal(shown[0]?.before?.norm, 0.001);
  });

  it("a layer that was deleted or inserted is a row of its own", () => {
    const [one, two] = [
      before,
      layered([
        ["first", "linear", 0.001],
        ["last", "linear", 1],
      ]),
    ];
    const rowsOf = (a: Report, b: Report) => {
      const pair = besideBefore(a, b);
      assert.ok(pair);
      const old = layerRows(a, "norm");
      return said(besideRows(layerRows(b, "norm"), old, layerPartner(pair), 2));
    };
    assert.deepEqual(rowsOf(one, two), ["net.first: same", "net.middle: gone", "net.last: same"]);
    assert.deepEqual(rowsOf(two, one), ["net.first: same", "net.middle: new", "net.last: same"]);
  });

  it("no column without a run before", () => {
    assert.equal(besideBefore(null, now), null);
    assert.ok(
      aloneRows(depthRows(now, "norm")).every(({ change, isChanged }) => change === "" && !isChanged),
    );
  });

  it("marks boxes: replaced operations, changed gradients, closed layers; and says so", () => {
    const measure = (text: string) => 7 * text.length;
    const all = allGroups(graphModel(now));
    const open = buildScene(now, all, measure, beside);
    const changes = (scene: typeof open) => scene.boxes.map(({ text, change }) => [text.title, change]);
    const last = now.nodes.findIndex(({ op }) => op === "conv1d");
    assert.equal(nodeChange(beside, last), "was linear");
    assert.ok(changes(open).some(([, change]) => change === "was linear"));
    const closed = buildScene(now, new Set(), measure, beside);
    assert.ok(closed.boxes.some(({ change }) => change.endsWith("changed") || change === ""));
    const marked = open.boxes.find(({ change }) => change.endsWith("weight × 100"));
    assert.match(marked?.text.spoken ?? "", /, since the run before: .*weight × 100$/);
    assert.ok(buildScene(now, all, measure).boxes.every(({ change }) => change === ""));
  });

  it("the same run twice has no marks", () => {
    const report = sumTimes();
    const same = besideBefore(report, structuredClone(report));
    assert.ok(same?.comparison.isIdentical);
    assert.ok(report.nodes.every(({ id }) => same && nodeChange(same, id) === ""));
  });
});
