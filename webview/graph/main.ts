/** The graph panel: puts the canvas, the inspector, the table and the tool bar together. */
import type { Report } from "../../engine/report/report";
import { addressBeside } from "../beside";
import { listen, post } from "../bridge";
import { createChangesBar } from "../changes-bar";
import { h, on } from "../dom";
import { createFrame } from "../frame";
import { replaceInPlace } from "../replace-in-place";
import { besideBefore } from "../run-before";
import { connect } from "../store";
import { onDidChangeTheme, readTheme } from "../theme";
import type { Density } from "./drawing/box-size";
import { firstPicture } from "./drawing/first-picture";
import { graphLegend } from "./drawing/legend";
import { makePicture } from "./drawing/picture";
import { anchored, buildScene, type PlacedScene, placeScene, type Scene } from "./drawing/scene";
import { fitsReadably, type Viewport } from "./drawing/viewport";
import { helpPage } from "./help";
import { inspectGroup, inspectNode } from "./inspector";
import { InspectorBox } from "./inspector-box";
import { LayoutClient } from "./layout/client";
import { layoutGraph } from "./layout/layout";
import { graphModel, isSingle } from "./model/boxes";
import { sameNode, sameOpen } from "./model/carry-over";
import { allGroups, openAround } from "./model/opening";
import { nodesCsv } from "./nodes-csv";
import { outline } from "./outline";
import { createToolbar } from "./toolbar";
import { Finder } from "./view/finder";
import { GraphView } from "./view/graph-view";
import { keepSoon, keptGraph } from "./view/kept";

const layouts = new LayoutClient(addressBeside("worker"));

const kept = keptGraph();

let report: Report | null = null;
/** The run before, while runs are compared. */
let previous: Report | null = null;
let scene: PlacedScene | null = null;
let open: ReadonlySet<string> = new Set();
/** The node that is selected; a box that holds it is marked. */
let selectedNode: number | null = null;
let pendingNode: number | null = null; // Asked for before there was a graph.
/** Its inspector was closed by a person; it stays selected. */
let closedNode: number | null = null;
let isTable = kept.isTable;
let density: Density = kept.isCompact ? "compact" : "roomy";
const finder = new Finder();

const frame = createFrame("Computational graph");
const view = new GraphView(readTheme(), {
  onDidSelect(index) {
    closedNode = null;
    didSelect(index);
  },
  onDidOpen: (index) => openBox(index),
  onDidClose: (frame) => scene && toggleGroup(scene.graph.frames[frame]?.group ?? 0),
  onDidEscape: () => (inspector.isOpen ? close() : view.select(null)),
  onDidMove: () => keep(),
});
const toolbar = createToolbar({
  search,
  nextMatch,
  fit: () => view.fit(),
  zoom: (factor) => view.zoom(factor),
  expandAll: () => report && showOpen(allGroups(graphModel(report))),
  collapseAll: () => showOpen(new Set()),
  toggleTable: () => setTable(!isTable),
  copyTable: () => report && post("copy", { text: nodesCsv(report) }),
  showHelp() {
    inspector.show("help", helpPage(close));
    inspector.focus();
    isHelp = true;
  },
  async savePicture(kind) {
    if (scene) post("save", await makePicture(kind, scene, view.theme));
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
  toggleGroup: (group: number) => toggleGroup(group),
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
    if (box && box.group >= 0) return toggleGroup(box.group);
    const around = box && scene?.graph.frames[box.frame];
    if (around) toggleGroup(around.group);
  },
});

function showReport(next: Report) {
  if (next === report) return;
  const before = report;
  report = next;
  if (before?.file === next.file) {
    const same = (node: number | null) => (node === null ? null : sameNode(before, next, node));
    open = sameOpen(graphModel(before), graphModel(next), open, firstOpen(next));
    [selectedNode, closedNode] = [same(selectedNode), same(closedNode)];
    return rebuild(view.isFitted ? null : view.view);
  }
  if (before === null && kept.file === next.file) {
    open = new Set(kept.open);
    selectedNode = kept.selected >= 0 ? kept.selected : null;
    return rebuild(kept.scale > 0 ? { scale: kept.scale, x: kept.x, y: kept.y } : null);
  }
  open = firstOpen(next);
  selectedNode = null;
  rebuild(null);
}

function firstOpen(of: Report): Set<string> {
  const size = view.measureSize();
  const isSeen = (keys: ReadonlySet<string>, as: Density) =>
    fitsReadably(layoutGraph(sceneOf(of, keys, as).input), size);
  const first = firstPicture(of, isSeen);
  density = first.density;
  return first.open;
}

function sceneOf(of: Report, some: ReadonlySet<string>, as = density): Scene {
  return buildScene(of, some, (text, isTitle) => view.measure(text, isTitle), besideBefore(previous, of), as);
}

/** Lays the graph out anew; without a view all of it is shown. */
function rebuild(at: Viewport | null, anchor: number | null = null) {
  if (!report) return;
  const old = scene;
  const next = sceneOf(report, open);
  stage.classList.add("is-busy");
  layouts.request(next.input, (layout) => {
    stage.classList.remove("is-busy");
    scene = placeScene(next, layout);
    const selected = selectedNode === null ? null : boxOf(selectedNode);
    view.show(scene, selected, anchored(old, scene, anchor, view.view) ?? at);
    showAround(scene);
    didSelect(selected);
    if (finder.query !== "") search(finder.query);
    if (pendingNode !== null) selectNode(pendingNode);
  });
}

function boxOf(node: number): number | null {
  const index = scene?.graph.boxOf[node] ?? -1;
  return index < 0 ? null : index;
}

function showAround(current: Scene) {
  const kinds = new Set(current.boxes.map(({ gradient }) => gradient));
  legendBox.replaceChildren(
    graphLegend(
      current.domain,
      kinds,
      current.boxes.some(({ shape }) => shape === "group"),
      current.boxes.some(({ mark }) => mark !== null),
    ),
  );
  nothing.hidden = current.boxes.length > 0;
  toolbar.setLayers(current.model.tree.groups.some((group, i) => i > 0 && !isSingle(group)));
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
  if (selectedNode === null || boxOf(selectedNode) !== index) selectedNode = box.box.node;
  const node = report.nodes[box.box.group < 0 ? selectedNode : box.box.node];
  if (closedNode === selectedNode) inspector.hide();
  else if (box.box.group >= 0) inspector.show(box.text.title, inspectGroup(report, box.box, actions));
  else if (node)
    inspector.show(
      `${node.id} ${node.op}`,
      inspectNode(report, node, actions, besideBefore(previous, report)),
    );
  announcer.textContent = box.text.spoken;
  keep();
}

/** Enter or a double click: opens a closed group, else moves the focus into the inspector. */
function openBox(index: number) {
  const box = scene?.boxes[index]?.box;
  if (box && box.group >= 0 && view.selected === index && inspector.isOpen) return toggleGroup(box.group);
  view.select(index);
  inspector.focus();
}

function selectNode(node: number) {
  const index = boxOf(node);
  pendingNode = scene === null ? node : null;
  if (index === null || !report || !scene) return;
  selectedNode = node;
  if ((scene.boxes[index]?.box.group ?? -1) < 0) return view.select(index, "centre");
  // The node is inside a closed group: that and those inside it on the way to the node are opened.
  const model = graphModel(report);
  open = openAround(model, open, node);
  pendingNode = node;
  scene = null;
  rebuild(view.view);
}

function toggleGroup(group: number) {
  const key = report && graphModel(report).tree.groups[group]?.key;
  if (!key) return;
  const isOpen = open.has(key);
  open = new Set(isOpen ? [...open].filter((each) => each !== key) : [...open, key]);
  rebuild(view.view, selectedNode);
}

function showOpen(next: ReadonlySet<string>) {
  open = next;
  rebuild(null);
}

function search(text: string) {
  if (!report || !scene) return;
  finder.search(report, text);
  view.setMatches(finder.boxes(scene.graph));
  toolbar.setMatches(finder.said(scene.graph, scene.model));
}

function nextMatch(isBackwards: boolean) {
  const node = finder.next(isBackwards);
  if (node === null || !scene) return;
  toolbar.setMatches(finder.said(scene.graph, scene.model));
  selectNode(node);
}

function keep() {
  if (!report) return;
  const { scale, x, y } = view.isFitted ? { scale: 0, x: 0, y: 0 } : view.view;
  keepSoon({
    file: report.file,
    open: [...open],
    isCompact: density === "compact",
    selected: selectedNode ?? -1,
    isTable,
    scale,
    x,
    y,
  });
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
