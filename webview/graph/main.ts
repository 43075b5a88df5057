/** The graph panel: puts the canvas, the inspector, the table and the tool bar together. */
import type { Report } from "../../engine/report/report";
import { addressBeside } from "../beside";
import { listen, loadState, post, saveState } from "../bridge";
import { createChangesBar } from "../changes-bar";
import { h, on } from "../dom";
import { createFrame } from "../frame";
import { replaceInPlace } from "../replace-in-place";
import { besideBefore } from "../run-before";
import { connect } from "../store";
import { onDidChangeTheme, readTheme } from "../theme";
import { sameCollapsed, sameNode } from "./carry-over";
import { allLayers, initiallyCollapsed, layersAround } from "./collapse";
import { GraphView } from "./graph-view";
import { helpPage } from "./help";
import { inspectLayer, inspectNode } from "./inspector";
import { InspectorBox } from "./inspector-box";
import { LayoutClient } from "./layout-client";
import { graphLegend } from "./legend";
import { nodesCsv } from "./nodes-csv";
import { outline } from "./outline";
import { anchored, buildScene, type PlacedScene, placeScene, type Scene } from "./scene";
import { searchBoxes } from "./search";
import { createToolbar } from "./toolbar";
import type { Viewport } from "./viewport";

const layouts = new LayoutClient(addressBeside("worker"));

/** What survives a reload of the window. */
const kept = loadState({
  file: "",
  collapsed: [] as number[],
  selected: -1,
  isTable: false,
  /** 0: everything fits in. */
  scale: 0,
  x: 0,
  y: 0,
});

let report: Report | null = null;
/** The run before, while runs are compared. */
let previous: Report | null = null;
let scene: PlacedScene | null = null;
let collapsed = new Set<number>();
/** The node that is selected; a box that holds it is marked. */
let selectedNode: number | null = null;
/** A selection that came before there was a graph. */
let pendingNode: number | null = null;
/** The node whose inspector a person closed; it stays selected. */
let closedNode: number | null = null;
let isTable = kept.isTable;
let query = "";
let match = -1;

const frame = createFrame("Computational graph");
const view = new GraphView(readTheme(), {
  onDidSelect(index) {
    closedNode = null;
    didSelect(index);
  },
  onDidOpen: (index) => open(index),
  onDidEscape: () => (inspector.isOpen ? close() : view.select(null)),
  onDidMove: () => keep(),
});
const toolbar = createToolbar({
  search,
  nextMatch,
  fit: () => view.fit(),
  zoom: (factor) => view.zoom(factor),
  expandAll: () => collapse(new Set()),
  collapseAll: () => report && collapse(allLayers(report)),
  toggleTable: () => setTable(!isTable),
  copyTable: () => report && post("copy", { text: nodesCsv(report) }),
  showHelp() {
    inspector.show("help", helpPage(close));
    inspector.focus();
    isHelp = true;
  },
  async savePicture() {
    post("save", { name: "graph.png", bytes: await view.picture() });
  },
});
const inspector = new InspectorBox(() => close());
let isHelp = false;
const legendBox = h("div", { class: "legend-box" });
const tableBox = h("div", { class: "outline-box", hidden: true });
const announcer = h("div", { class: "hidden", "aria-live": "polite" });
const nothing = h("p", { class: "nothing", hidden: true }, "No operation was recorded in this run.");
const stage = h("div", { class: "stage" }, view.element, tableBox, inspector.element, nothing);
const changes = createChangesBar();
frame.content.append(toolbar.element, changes.element, stage, legendBox, announcer);

const actions = {
  selectNode: (node: number) => selectNode(node),
  toggleLayer: (scope: number) => toggleLayer(scope),
  close: () => close(),
};
/** The table shows all nodes at once, so that the keyboard goes to the one that is asked for, and comes back. */
const tableActions = {
  ...actions,
  selectNode(node: number) {
    selectNode(node);
    inspector.focus();
  },
};

/** Closes what the inspector shows: help gives way to the selected node, which stays selected when it is closed itself. */
function close() {
  if (!isHelp) closedNode = selectedNode;
  isHelp = false;
  didSelect(view.selected);
  inspector.giveFocusBack(
    isTable ? (tableBox.querySelector<HTMLElement>("button") ?? tableBox) : view.canvas,
  );
}

on(view.canvas, {
  keydown(event: KeyboardEvent) {
    if (event.key.toLowerCase() !== "e" || event.ctrlKey || event.metaKey || view.selected === null) return;
    const box = scene?.boxes[view.selected]?.box;
    const around = box && (box.scope ?? report?.nodes[box.node]?.scope);
    if (around) toggleLayer(around);
  },
});

function showReport(next: Report) {
  if (next === report) return;
  const before = report;
  report = next;
  if (before?.file === next.file) {
    const same = (node: number | null) => (node === null ? null : sameNode(before, next, node));
    collapsed = sameCollapsed(before, next, collapsed);
    [selectedNode, closedNode] = [same(selectedNode), same(closedNode)];
    return rebuild(view.isFitted ? null : view.view);
  }
  if (before === null && kept.file === next.file) {
    collapsed = new Set(kept.collapsed);
    selectedNode = kept.selected >= 0 ? kept.selected : null;
    return rebuild(kept.scale > 0 ? { scale: kept.scale, x: kept.x, y: kept.y } : null);
  }
  collapsed = initiallyCollapsed(next);
  selectedNode = null;
  rebuild(null);
}

/** Lays the graph out anew; without a view all of it is shown. */
function rebuild(at: Viewport | null, anchor: number | null = null) {
  if (!report) return;
  const old = scene;
  const next = buildScene(
    report,
    collapsed,
    (text, isTitle) => view.measure(text, isTitle),
    besideBefore(previous, report),
  );
  stage.classList.add("is-busy");
  layouts.request(next.input, (layout) => {
    stage.classList.remove("is-busy");
    scene = placeScene(next, layout);
    const selected = selectedNode === null ? null : (scene.graph.boxOf.get(selectedNode) ?? null);
    view.show(scene, selected, anchored(old, scene, anchor, view.view) ?? at);
    showAround(scene);
    didSelect(selected);
    if (query !== "") markMatches();
    if (pendingNode !== null) selectNode(pendingNode);
  });
}

function showAround(current: Scene) {
  const kinds = new Set(current.boxes.map(({ gradient }) => gradient));
  legendBox.replaceChildren(
    graphLegend(
      current.domain,
      kinds,
      current.boxes.some(({ shape }) => shape === "layer"),
    ),
  );
  nothing.hidden = current.boxes.length > 0;
  toolbar.setLayers(allLayers(current.report).size > 0);
  setTable(isTable);
}

function setTable(next: boolean) {
  isTable = next;
  toolbar.setTable(isTable);
  view.element.hidden = isTable;
  tableBox.hidden = !isTable;
  replaceInPlace(tableBox, isTable && scene ? [outline(scene, tableActions)] : []);
  keep();
}

function didSelect(index: number | null) {
  isHelp = false;
  const box = index === null ? undefined : scene?.boxes[index];
  if (!report || !box) {
    selectedNode = null;
    inspector.hide();
    return keep();
  }
  if (selectedNode === null || scene?.graph.boxOf.get(selectedNode) !== index) selectedNode = box.box.node;
  const node = report.nodes[box.box.node];
  if (closedNode === selectedNode) inspector.hide();
  else if (box.box.scope !== null)
    inspector.show(box.text.title, inspectLayer(report, box.box, box.box.scope, actions));
  else if (node)
    inspector.show(
      `${node.id} ${node.op}`,
      inspectNode(report, node, actions, besideBefore(previous, report)),
    );
  announcer.textContent = box.text.spoken;
  keep();
}

/** Enter or a double click: opens a collapsed layer, else moves the focus into the inspector. */
function open(index: number) {
  const box = scene?.boxes[index]?.box;
  if (box && box.scope !== null && view.selected === index && inspector.isOpen) return toggleLayer(box.scope);
  view.select(index);
  inspector.focus();
}

function selectNode(node: number) {
  const index = scene?.graph.boxOf.get(node);
  pendingNode = scene === null ? node : null;
  if (index === undefined || !report) return;
  const scope = scene?.boxes[index]?.box.scope ?? null;
  selectedNode = node;
  if (scope === null) return view.select(index, "centre");
  // The node is inside a collapsed layer: that and the layers inside it on the way to the node are opened.
  for (const at of layersAround(report, node)) collapsed.delete(at);
  pendingNode = node;
  scene = null;
  rebuild(view.view);
}

function toggleLayer(scope: number) {
  const anchor = selectedNode;
  if (collapsed.has(scope)) collapsed.delete(scope);
  else collapsed.add(scope);
  rebuild(view.view, anchor);
}

function collapse(next: Set<number>) {
  collapsed = next;
  rebuild(null);
}

function search(text: string) {
  query = text;
  match = -1;
  markMatches();
}

function markMatches() {
  const found = report && scene ? searchBoxes(report, scene.graph, query) : null;
  view.setMatches(found && new Set(found));
  const count = found?.length ?? 0;
  match = Math.min(match, count - 1);
  toolbar.setMatches(found === null ? "" : match < 0 ? `${count} found` : `${match + 1} of ${count}`);
}

function nextMatch(isBackwards: boolean) {
  const found = report && scene ? searchBoxes(report, scene.graph, query) : null;
  if (!found || found.length === 0) return;
  match = (match + (isBackwards ? -1 : 1) + found.length) % found.length;
  toolbar.setMatches(`${match + 1} of ${found.length}`);
  view.select(found[match] ?? null, "centre");
}

let keeping = 0;
function keep() {
  clearTimeout(keeping);
  keeping = setTimeout(() => {
    if (!report) return;
    const { scale, x, y } = view.isFitted ? { scale: 0, x: 0, y: 0 } : view.view;
    saveState({
      file: report.file,
      collapsed: [...collapsed],
      selected: selectedNode ?? -1,
      isTable,
      scale,
      x,
      y,
    });
  }, 250);
}

onDidChangeTheme(() => view.setTheme(readTheme()));
listen("select", ({ node }) => selectNode(node));
connect((state) => {
  const next = frame.update(state);
  const isOther = state.before !== previous;
  previous = state.before;
  toolbar.setCompared(state.isCompared);
  if (!next) return;
  changes.show(state.isCompared, next, besideBefore(previous, next));
  if (next !== report) showReport(next);
  else if (isOther) rebuild(view.isFitted ? null : view.view);
});
