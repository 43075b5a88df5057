// Layers as one box: what is inside, what goes in and out, and no circles when a layer runs more than once.
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import type { Report } from "../../engine/report/report";
import { allLayers, type BoxGraph, boxGraph, initiallyCollapsed } from "../../webview/graph/collapse";
import { step } from "../../webview/graph/navigate";
import { assignRanks } from "../../webview/graph/ranks";
import { searchBoxes } from "../../webview/graph/search";
import { deepSigmoid, ReportBuilder, sumTimes } from "./reports";

function assertAcyclic({ boxes, edges }: BoxGraph) {
  const ranks = assignRanks(boxes.length, {
    from: Int32Array.from(edges, ({ from }) => from),
    to: Int32Array.from(edges, ({ to }) => to),
  });
  for (const { from, to } of edges)
    assert.ok((ranks[from] ?? 0) < (ranks[to] ?? 0), `${from} → ${to} runs in a circle`);
}

/** h = tanh(cell(h)) three times: a layer with one weight that runs three times. */
function loop(): Report {
  const b = new ReportBuilder();
  const cell = b.scope("cell", "Linear");
  let h = b.node({ op: "input", name: "h0" });
  const weight = b.node({ op: "parameter", kind: "parameter", name: "cell.weight", scope: cell });
  for (let i = 0; i < 3; i += 1) {
    const product = b.node({ op: "matmul", scope: cell, inputs: [h, weight] });
    h = b.node({ op: "tanh", inputs: [product] });
  }
  return b.build();
}

describe("graph: collapsed layers", () => {
  it("shows every node when nothing is collapsed", () => {
    const report = sumTimes();
    const { boxes, edges } = boxGraph(report, new Set());
    assert.equal(boxes.length, report.nodes.length);
    assert.equal(edges.length, 4);
  });

  it("puts a layer's operations and parameters into one box, with the edges that cross its border", () => {
    const report = deepSigmoid(3);
    const scope = report.scopes.findIndex(({ path }) => path === "net.fc2");
    const graph = boxGraph(report, new Set([scope]));
    const box = graph.boxes.find((each) => each.scope === scope);
    assert.deepEqual(box?.members.map((id) => report.nodes[id]?.op).sort(), [
      "add",
      "matmul",
      "parameter",
      "parameter",
      "transpose",
    ]);
    const index = graph.boxes.findIndex((each) => each.scope === scope);
    assert.equal(graph.edges.filter(({ to }) => to === index).length, 1);
    assert.equal(graph.edges.filter(({ from }) => from === index).length, 1);
    assertAcyclic(graph);
  });

  it("shows the outermost collapsed layer only", () => {
    const report = deepSigmoid(4);
    const graph = boxGraph(report, allLayers(report));
    assert.deepEqual(
      graph.boxes.map(({ scope }) => (scope === null ? "" : report.scopes[scope]?.path)).filter(Boolean),
      ["net"],
    );
  });

  it("gives a layer that runs three times three boxes, in a row and not in a circle", () => {
    const report = loop();
    const graph = boxGraph(report, allLayers(report));
    assert.equal(graph.boxes.filter(({ scope }) => scope !== null).length, 3);
    assert.equal(new Set(graph.boxes.map(({ key }) => key)).size, graph.boxes.length);
    assertAcyclic(graph);
  });

  it("keeps a weight that is used outside its layer first in a box of its own", () => {
    const b = new ReportBuilder();
    const layer = b.scope("tied", "Linear");
    const weight = b.node({ op: "parameter", kind: "parameter", name: "tied.weight", scope: layer });
    const before = b.node({ op: "tanh", inputs: [weight] });
    b.node({ op: "matmul", scope: layer, inputs: [before, weight] });
    const graph = boxGraph(b.build(), new Set([layer]));
    assert.equal(graph.boxes.length, 3);
    assertAcyclic(graph);
  });

  it("leaves out data that nothing uses, but not a parameter that nothing uses", () => {
    const b = new ReportBuilder();
    b.node({ op: "constant", kind: "constant", requiresGrad: false });
    b.node({ op: "parameter", kind: "parameter", name: "forgotten" });
    assert.deepEqual(
      boxGraph(b.build(), new Set()).boxes.map(({ node }) => node),
      [1],
    );
  });

  it("starts with small graphs open, and opens large ones from the outside in as far as they stay small", () => {
    assert.equal(initiallyCollapsed(sumTimes()).size, 0);
    const report = deepSigmoid(12);
    const collapsed = initiallyCollapsed(report);
    const paths = [...collapsed].map((scope) => report.scopes[scope]?.path);
    assert.ok(!paths.includes("net") && paths.includes("net.fc1"));
    assert.ok(boxGraph(report, collapsed).boxes.length <= 60);
  });

  it("finds boxes by name, operation and layer, also inside collapsed ones", () => {
    const report = deepSigmoid(3);
    const graph = boxGraph(report, allLayers(report));
    assert.equal(searchBoxes(report, graph, "  "), null);
    const [found] = searchBoxes(report, graph, "FC2 weight") ?? [];
    assert.equal(graph.boxes[found ?? -1]?.scope, 1);
    assert.deepEqual(searchBoxes(report, graph, "conv"), []);
  });

  it("follows edges by arrow: up the computation before parameters, sideways to them", () => {
    const { edges } = boxGraph(sumTimes(), new Set());
    // Boxes: q, f, then x, y, z.
    const places = { x: Float64Array.of(2, 3, 1, 3, 4), y: Float64Array.of(1, 2, 0, 0, 1) };
    assert.equal(step(1, "up", edges, places), 0);
    assert.equal(step(0, "right", edges, places), 4);
    assert.equal(step(0, "down", edges, places), 1);
    assert.equal(step(1, "down", edges, places), 1);
  });
});
