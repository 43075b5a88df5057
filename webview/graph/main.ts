/** The graph panel: puts the canvas, the inspector, the table and the tool bar together. */
import type { Report } from "../../engine/report";
import { listen, loadState, post, saveState } from "../bridge";
import { h, on } from "../dom";
import { createFrame } from "../frame";
import { connect } from "../store";
import { onDidChangeTheme, readTheme } from "../theme";
import { listenForValues } from "../values";
import { allLayers, initiallyCollapsed } from "./collapse";
import { GraphView } from "./graph-view";
import { helpPage } from "./help";
import { inspectLayer, inspectNode } from "./inspector";
import { LayoutClient } from "./layout-client";
import { legend } from "./legend";
import { nodesCsv } from "./nodes-csv";
import { outline } from "./outline";
import { buildScene, type PlacedScene, placeScene, type Scene } from "./scene";
import { searchBoxes } from "./search";
import { createToolbar } from "./toolbar";
import { toScreen, type Viewport } from "./viewport";

const script = document.currentScript;
const layouts = new LayoutClient(script instanceof HTMLScriptElement ? script.src : "");

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
let scene: PlacedScene | null = null;
let collapsed = new Set<number>();
/** The node that is selected; a box that holds it is marked. */
let selectedNode: number | null = null;
/** A selection that came before there was a graph. */
let pendingNode: number | null = null;
let isTable = kept.isTable;
let query = "";
let match = -1;

const frame = createFrame("Computational graph");
const view = new GraphView(readTheme(), {
  onDidSelect: (index) => didSelect(index),
  onDidOpen: (index) => open(index),
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
  copyTable: () => report && post({ type: "copy", text: nodesCsv(report) }),
  showHelp() {
    inspector.hidden = false;
    inspector.replaceChildren(helpPage(() => didSelect(view.selected)));
    inspector.querySelector<HTMLElement>("h2")?.focus();
  },
  async savePicture() {
    post({ type: "save", name: "graph.png", bytes: await view.picture() });
  },
});
const inspector = h("aside", { class: "inspector", "aria-label": "Inspector", hidden: true });
const legendBox = h("div", { class: "legend-box" });
const tableBox = h("div", { class: "outline-box", hidden: true });
const announcer = h("div", { class: "hidden", "aria-live": "polite" });
const nothing = h("p", { class: "nothing", hidden: true }, "No operation was recorded in this run.");
const stage = h("div", { class: "stage" }, view.element, tableBox, inspector, nothing);
frame.content.append(toolbar.element, stage, legendBox, announcer);

const actions = {
  selectNode: (node: number) => selectNode(node),
  toggleLayer: (scope: number) => toggleLayer(scope),
  close() {
    view.select(null);
    view.canvas.focus();
  },
};

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
  const isSameModel =
    report !== null
      ? report.file === next.file && report.scopes.length === next.scopes.length
      : kept.file === next.file;
  if (report === null && isSameModel) {
    collapsed = new Set(kept.collapsed);
    selectedNode = kept.selected >= 0 ? kept.selected : null;
  } else if (!isSameModel) {
    collapsed = initiallyCollapsed(next);
    selectedNode = null;
  }
  const before = report;
  report = next;
  const keptView = kept.scale > 0 ? { scale: kept.scale, x: kept.x, y: kept.y } : null;
  const shownView = isSameModel && !view.isFitted ? view.view : null;
  rebuild(before === null && isSameModel ? keptView : shownView);
}

/** Lays the graph out anew; without a view all of it is shown. */
function rebuild(at: Viewport | null, anchor: number | null = null) {
  if (!report) return;
  const old = scene;
  const next = buildScene(report, collapsed, (text, isTitle) => view.measure(text, isTitle));
  stage.classList.add("is-busy");
  layouts.request(next.input, (layout) => {
    stage.classList.remove("is-busy");
    scene = placeScene(next, layout);
    const selected = selectedNode === null ? null : (scene.graph.boxOf.get(selectedNode) ?? null);
    view.show(scene, selected, anchored(old, scene, anchor) ?? at);
    showAround(scene);
    didSelect(selected);
    if (query !== "") search(query);
    if (pendingNode !== null) selectNode(pendingNode);
  });
}

/** The view in which the box with this node stays where it was on the screen. */
function anchored(old: PlacedScene | null, next: PlacedScene, node: number | null): Viewport | null {
  const from = node === null ? undefined : old?.graph.boxOf.get(node);
  const to = node === null ? undefined : next.graph.boxOf.get(node);
  if (!old || from === undefined || to === undefined) return null;
  const was = toScreen(view.view, { x: old.layout.x[from] ?? 0, y: old.layout.y[from] ?? 0 });
  const { scale } = view.view;
  return {
    scale,
    x: was.x - (next.layout.x[to] ?? 0) * scale,
    y: was.y - (next.layout.y[to] ?? 0) * scale,
  };
}

function showAround(current: Scene) {
  const kinds = new Set(current.boxes.map(({ gradient }) => gradient));
  legendBox.replaceChildren(
    legend(
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
  if (isTable && scene) tableBox.replaceChildren(outline(scene, actions));
  else tableBox.replaceChildren();
  keep();
}

function didSelect(index: number | null) {
  const box = index === null ? undefined : scene?.boxes[index];
  inspector.hidden = box === undefined;
  if (!report || !box) {
    selectedNode = null;
    inspector.replaceChildren();
    return keep();
  }
  if (selectedNode === null || scene?.graph.boxOf.get(selectedNode) !== index) selectedNode = box.box.node;
  const node = report.nodes[box.box.node];
  if (box.box.scope !== null)
    inspector.replaceChildren(inspectLayer(report, box.box, box.box.scope, actions));
  else if (node) inspector.replaceChildren(inspectNode(report, node, actions));
  inspector.scrollTop = 0;
  announcer.textContent = box.text.spoken;
  keep();
}

/** Enter or a double click: opens a collapsed layer, else moves the focus into the inspector. */
function open(index: number) {
  const box = scene?.boxes[index]?.box;
  if (box && box.scope !== null && view.selected === index && !inspector.hidden)
    return toggleLayer(box.scope);
  view.select(index);
  inspector.querySelector<HTMLElement>("h2")?.focus();
}

function selectNode(node: number) {
  const index = scene?.graph.boxOf.get(node);
  pendingNode = scene === null ? node : null;
  if (index === undefined || !report) return;
  const scope = scene?.boxes[index]?.box.scope ?? null;
  selectedNode = node;
  if (scope === null) return view.select(index, "centre");
  // The node is inside a collapsed layer: that and the layers inside it on the way to the node are opened.
  for (
    let at: number | null = report.nodes[node]?.scope ?? null;
    at !== null;
    at = report.scopes[at]?.parent ?? null
  )
    collapsed.delete(at);
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
  const found = report && scene ? searchBoxes(report, scene.graph, text) : null;
  view.setMatches(found && new Set(found));
  toolbar.setMatches(found === null ? "" : `${found.length} found`);
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
listenForValues();
listen((message) => {
  if (message.type === "select") selectNode(message.node);
});
connect((state) => {
  const next = frame.update(state);
  if (next) showReport(next);
});
