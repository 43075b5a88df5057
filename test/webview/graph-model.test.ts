// What a graph shows: layers, loops and repeated blocks as one box, what goes in and out, no circles, few boxes at first.
import assert from "node:assert/strict";
import fc from "fast-check";
import { describe, it } from "mocha";
import type { Report } from "../../engine/report/report";
import { assignRanks } from "../../webview/graph/layout/ranks";
import { type BoxGraph, boxGraph, countBoxes, graphModel } from "../../webview/graph/model/boxes";
import { groupTree } from "../../webview/graph/model/fold";
import { isGroup, operationsIn } from "../../webview/graph/model/groups";
import { allGroups, openAround, openAtFirst, typeOf } from "../../webview/graph/model/opening";
import { findRepeats } from "../../webview/graph/model/repeats";
import { searchNodes } from "../../webview/graph/model/search";
import { Finder } from "../../webview/graph/view/finder";
import { step } from "../../webview/graph/view/navigate";
import { deepSigmoid, ReportBuilder, randomReport, site, sumTimes } from "./reports";

function assertAcyclic({ boxes, edges }: BoxGraph) {
  const ranks = assignRanks(boxes.length, {
    from: Int32Array.from(edges, ({ from }) => from),
    to: Int32Array.from(edges, ({ to }) => to),
  });
  for (const { from, to } of edges)
    assert.ok((ranks[from] ?? 0) < (ranks[to] ?? 0), `${from} → ${to} runs in a circle`);
}

const shown = (report: Report, open: ReadonlySet<string>) => boxGraph(graphModel(report), open);
const atFirst = (report: Report) =>
  openAtFirst(
    graphModel(report),
    (group) => typeOf(report, group),
    () => true,
  );

/** x → (select, cell) again and again: a cell of two operations with one weight, on the same lines in every step. */
function loop(steps: number, more = (_: ReportBuilder, h: number, __: number) => h): Report {
  const b = new ReportBuilder();
  const cell = b.scope("cell", "Cell");
  let h = b.node({ op: "input", name: "x" });
  const weight = b.node({ op: "parameter", kind: "parameter", name: "cell.weight", scope: cell });
  for (let i = 0; i < steps; i += 1) {
    const part = b.node({ op: "select", inputs: [h], site: site(5) });
    const product = b.node({ op: "matmul", scope: cell, inputs: [part, weight], site: site(6) });
    h = b.node({ op: "tanh", scope: cell, inputs: [product], site: site(6, 20) });
    h = more(b, h, i);
  }
  b.node({ op: "sum", inputs: [h], site: site(9) });
  return b.build();
}

/** Blocks of their own weights, each of `size` operations, called on one line of a loop. */
function blocks(count: number, size: number, isOdd = (_: number) => false): Report {
  const b = new ReportBuilder();
  const net = b.scope("net", "Net");
  let h = b.node({ op: "input", name: "x" });
  for (let i = 0; i < count; i += 1) {
    const scope = b.scope(`net.${i}`, "Block", net);
    const shape = isOdd(i) ? [4, 4] : [8, 8];
    const weight = b.node({ op: "parameter", kind: "parameter", name: `net.${i}.weight`, scope, shape });
    for (let at = 0; at < size; at += 1)
      h = b.node({
        op: at === 0 ? "matmul" : "tanh",
        scope,
        inputs: at === 0 ? [h, weight] : [h],
        site: site(at),
      });
  }
  b.node({ op: "sum", inputs: [h] });
  return b.build();
}

describe("graph: what is shown", () => {
  it("shows the variables of a small network as boxes, with the edges between them", () => {
    const report = sumTimes();
    const { boxes, edges } = shown(report, new Set());
    assert.equal(boxes.length, report.nodes.length);
    assert.equal(edges.length, 4);
  });

  it("puts a layer's operations and parameters into one box, with the edges that cross its border", () => {
    const report = deepSigmoid(3);
    const graph = shown(report, new Set(["net#1"]));
    const index = graph.boxes.findIndex(({ key }) => key === "net.fc2#1");
    assert.deepEqual(graph.boxes[index]?.members.map((id) => report.nodes[id]?.op).sort(), [
      "add",
      "matmul",
      "parameter",
      "parameter",
      "transpose",
    ]);
    assert.equal(graph.edges.filter(({ to }) => to === index).length, 1);
    assert.equal(graph.edges.filter(({ from }) => from === index).length, 1);
    assertAcyclic(graph);
  });

  it("notes weights and numbers in what takes them, and draws no edge for them", () => {
    const report = deepSigmoid(3);
    const graph = shown(report, allGroups(graphModel(report)));
    const notes = graph.boxes.flatMap((box) =>
      box.notes.map((id) => `${report.nodes[id]?.name} in ${report.nodes[box.node]?.op}`),
    );
    assert.deepEqual(notes.slice(0, 2), ["net.fc1.weight in transpose", "net.fc1.bias in add"]);
    assert.deepEqual(
      graph.boxes
        .filter(({ node }) => report.nodes[node]?.inputs.length === 0)
        .map(({ node }) => report.nodes[node]?.name),
      ["images", "labels"],
    );
    assertAcyclic(graph);
  });

  it("notes a weight that two operations share in both", () => {
    const b = new ReportBuilder();
    const layer = b.scope("tied", "Linear");
    const weight = b.node({ op: "parameter", kind: "parameter", name: "tied.weight", scope: layer });
    const before = b.node({ op: "tanh", inputs: [weight] });
    b.node({ op: "matmul", scope: layer, inputs: [before, weight] });
    const graph = shown(b.build(), new Set());
    assert.deepEqual(
      graph.boxes.map(({ notes }) => notes),
      [[weight], [weight]],
    );
    assert.equal(graph.edges.length, 1);
  });

  it("leaves out data that nothing uses, but not a parameter that nothing uses", () => {
    const b = new ReportBuilder();
    b.node({ op: "constant", kind: "constant", requiresGrad: false });
    b.node({ op: "parameter", kind: "parameter", name: "forgotten" });
    assert.deepEqual(
      shown(b.build(), new Set()).boxes.map(({ node }) => node),
      [1],
    );
  });

  it("folds a loop by its steps, however many", () => {
    const report = loop(200);
    const { tree } = graphModel(report);
    const repeat = tree.groups.find(({ kind }) => kind === "repeat");
    assert.equal(repeat?.times, 200);
    const steps = tree.groups.filter(({ kind }) => kind === "step");
    assert.equal(steps.length, 200);
    assert.ok(steps.every((each) => each.children.length === 2));
    const first = shown(report, atFirst(report));
    assert.deepEqual(
      first.boxes.map(({ key }) => key),
      ["run/0", "node:602", "node:0"],
    );
    assertAcyclic(first);
  });

  it("finds steps that are not all alike, where there are too many operations to show", () => {
    const report = loop(60, (b, h, i) =>
      i % 7 === 0 || i % 5 === 2 ? b.node({ op: "relu", inputs: [h], site: site(7) }) : h,
    );
    const { tree } = graphModel(report);
    const steps = tree.groups.filter(({ kind }) => kind === "step");
    assert.ok(steps.length >= 20, `${steps.length} steps`);
    assert.ok(shown(report, atFirst(report)).boxes.length <= 40);
  });

  it("folds blocks that are built alike into one, not those whose weights have another shape", () => {
    const alike = graphModel(blocks(12, 8)).tree.groups;
    assert.deepEqual(
      alike.filter(({ times }) => times > 1).map(({ key, times }) => `${key} ${times}`),
      ["net#1 12"],
    );
    const odd = graphModel(blocks(12, 8, (i) => i % 2 === 1)).tree.groups;
    assert.deepEqual(
      odd.filter(({ times }) => times > 1).map(({ times }) => times),
      [6],
    );
  });

  it("does not fold a few small layers, whose gradients are to be compared", () => {
    const { groups } = graphModel(deepSigmoid(12)).tree;
    assert.ok(groups.every(({ times }) => times === 1));
  });

  it("divides what is too much into parts, each of few", () => {
    for (const report of [randomReport(10_000), loop(2000), blocks(3000, 3)]) {
      const { groups } = graphModel(report).tree;
      assert.ok(groups.every(({ children }) => children.length <= 48));
    }
  });

  it("has every operation in one group, in the order in which they ran, whatever the program", () => {
    const programs = fc.array(fc.record({ scope: fc.nat(4), line: fc.nat(3) }), {
      minLength: 1,
      maxLength: 120,
    });
    fc.assert(
      fc.property(programs, (lines) => {
        const b = new ReportBuilder();
        const outer = b.scope("s", "S");
        const inner = b.scope("s.a", "S", outer);
        const scopes = [0, outer, inner, b.scope("s.b", "S", outer), b.scope("s.a.a", "S", inner)];
        let h = b.node({ op: "input" });
        for (const { scope, line } of lines)
          h = b.node({ op: "tanh", inputs: [h], scope: scopes[scope] ?? 0, site: site(line) });
        const tree = groupTree(b.build());
        assert.deepEqual(
          operationsIn(tree, 0),
          lines.map((_, i) => i + 1),
        );
        tree.groups.forEach(({ children, parent }, i) => {
          assert.ok(children.length > 0 && parent < i);
          for (const child of children)
            if (isGroup(child)) assert.equal(tree.groups[~child]?.parent, i);
            else assert.equal(tree.homes[child], i);
        });
        assert.equal(new Set(tree.groups.map(({ key }) => key)).size, tree.groups.length);
      }),
      { seed: 3, numRuns: 200 },
    );
  });

  it("finds repetitions", () => {
    const repeats = (text: string) =>
      findRepeats([...text].map((letter) => letter.charCodeAt(0))).map(
        ({ start, period, times }) => `${text.slice(start, start + period)} × ${times}`,
      );
    assert.deepEqual(repeats("xabababy"), ["ab × 3"]);
    assert.deepEqual(repeats("aaaabbbb"), ["a × 4", "b × 4"]);
    assert.deepEqual(repeats("abab"), []);
    assert.deepEqual(repeats("xaabaabaabz"), ["aab × 3"]);
    assert.deepEqual(repeats(""), []);
  });

  it("opens from the outside in as far as there are few boxes", () => {
    const report = deepSigmoid(12);
    const open = atFirst(report);
    assert.ok(open.has("net#1") && !open.has("net.fc1#1"));
    const { boxes } = shown(report, open);
    assert.ok(boxes.length <= 40);
    assert.equal(boxes.length, countBoxes(graphModel(report), open));
    for (const large of [randomReport(5000), blocks(3000, 3), loop(500)])
      assert.ok(shown(large, atFirst(large)).boxes.length <= 48);
  });

  it("opens everything around a tensor", () => {
    const report = loop(200);
    const open = openAround(graphModel(report), new Set(), 300);
    const graph = shown(report, open);
    assert.equal(graph.boxes[graph.boxOf[300] ?? -1]?.node, 300);
    assert.ok(graph.boxes.length < 60);
    assertAcyclic(graph);
  });
});

describe("graph: search", () => {
  const report = deepSigmoid(3);
  const found = (text: string) =>
    searchNodes(report, text)?.map((id) => report.nodes[id]?.name ?? report.nodes[id]?.op);

  it("finds by name, operation, layer and class", () => {
    assert.equal(found("  "), undefined);
    assert.deepEqual(found("FC2 weight"), ["net.fc2.weight"]);
    assert.deepEqual(found("conv"), []);
    assert.equal(found("linear add")?.length, 3);
  });

  it("finds by shape, line and size of the gradient", () => {
    assert.deepEqual(found("32x64"), ["net.fc1.weight"]);
    assert.deepEqual(found("32×64"), ["net.fc1.weight"]);
    assert.deepEqual(found(":3"), [report.nodes[2]?.name]);
    assert.deepEqual(found("line:3"), found(":3"));
    assert.deepEqual(found("parameter norm<0.05"), ["net.fc1.weight", "net.fc1.bias", "net.fc2.bias"]);
    assert.deepEqual(found("parameter norm>=0.8"), ["net.fc3.weight", "net.fc3.bias"]);
    assert.equal(found("norm<abc")?.length, 0);
  });

  it("counts what is inside of closed boxes, and goes through it", () => {
    const model = graphModel(report);
    const finder = new Finder();
    finder.search(report, "sigmoid");
    const closed = boxGraph(model, new Set());
    assert.equal(finder.said(closed, model), "3 found, all in closed boxes");
    assert.equal(report.nodes[finder.next(false) ?? -1]?.name, "h1");
    assert.equal(finder.said(closed, model), "1 of 3");
    assert.equal(report.nodes[finder.next(true) ?? -1]?.name, "h3");
    assert.deepEqual([...(finder.boxes(closed) ?? [])].length, 1);
  });
});

describe("graph: arrow keys", () => {
  it("follow edges: up the computation before parameters, sideways to them", () => {
    const { edges } = shown(sumTimes(), new Set());
    // Boxes: q, f, then x, y, z.
    const places = { x: Float64Array.of(2, 3, 1, 3, 4), y: Float64Array.of(1, 2, 0, 0, 1) };
    assert.equal(step(1, "up", edges, places), 0);
    assert.equal(step(0, "right", edges, places), 4);
    assert.equal(step(0, "down", edges, places), 1);
    assert.equal(step(1, "down", edges, places), 1);
  });
});
