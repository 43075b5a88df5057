/** Everything that is drawn for one report: boxes with their texts, sizes and gradients, their edges and places. */
import type { Report } from "../../engine/report/report";
import { layerChange, nodeChange, type RunBefore } from "../run-before";
import { type Domain, type GradientKind, gradientKind, logDomain, positionOf } from "../scale";
import { type BoxText, boxNorm, boxText } from "./box-text";
import { type Box, type BoxGraph, boxGraph } from "./collapse";
import type { Layout, LayoutInput } from "./layout";
import { toScreen, type Viewport } from "./viewport";

export interface SceneBox {
  readonly box: Box;
  readonly text: BoxText;
  readonly shape: "operation" | "leaf" | "layer";
  readonly gradient: GradientKind;
  /** Place on the colour scale, from 0 to 1. */
  readonly position: number;
  readonly isLoss: boolean;
  /** What changed since the run before, in words; empty when nothing did, or nothing is compared. */
  readonly change: string;
}

export interface Scene {
  readonly report: Report;
  /** Null unless runs are compared. */
  readonly before: RunBefore | null;
  readonly graph: BoxGraph;
  readonly domain: Domain;
  readonly boxes: readonly SceneBox[];
  readonly input: LayoutInput;
  /** Of each edge: place of its gradient on the colour scale; negative for zero and none, NaN when not finite. */
  readonly edgePositions: Float64Array;
}

/** A scene that has its places. */
export interface PlacedScene extends Scene {
  readonly layout: Layout;
  /** Free space to the right of each box within its row; infinite for the last one. */
  readonly room: Float64Array;
  /** 1 for the first of several boxes in a row: what is left of it is free. */
  readonly isFirst: Uint8Array;
}

export function placeScene(scene: Scene, layout: Layout): PlacedScene {
  const { x, y } = layout;
  const order = Array.from(x.keys()).sort((a, b) => (y[a] ?? 0) - (y[b] ?? 0) || (x[a] ?? 0) - (x[b] ?? 0));
  const room = new Float64Array(x.length).fill(Number.POSITIVE_INFINITY);
  const half = (index: number) => (scene.input.widths[index] ?? 0) / 2;
  const isFirst = new Uint8Array(x.length);
  order.forEach((index, i) => {
    const next = order[i + 1];
    const isLast = next === undefined || y[next] !== y[index];
    isFirst[index] = !isLast && y[order[i - 1] ?? -1] !== y[index] ? 1 : 0;
    if (!isLast) room[index] = (x[next] ?? 0) - half(next) - (x[index] ?? 0) - half(index);
  });
  return { ...scene, layout, room, isFirst };
}

export const boxHeight = 46;
const padding = 14;
const columnGap = 18;
const smallestWidth = 96;

/** Width in pixels of a text in one of the two fonts of a box. */
export type TextMeasure = (text: string, isTitle: boolean) => number;

export function buildScene(
  report: Report,
  collapsed: ReadonlySet<number>,
  measure: TextMeasure,
  before: RunBefore | null = null,
): Scene {
  const graph = boxGraph(report, collapsed);
  const domain = gradientDomain(report);
  const boxes = graph.boxes.map((box) => sceneBox(report, box, domain, before));
  const widthOf = ({ text }: SceneBox) => {
    const head = measure(text.title, true) + (text.detail ? columnGap / 2 + measure(text.detail, false) : 0);
    const foot = measure(text.left, false) + columnGap + measure(text.right, false);
    return Math.ceil(Math.max(smallestWidth, Math.max(head, foot) + 2 * padding));
  };
  return {
    report,
    before,
    graph,
    domain,
    boxes,
    input: {
      widths: Float64Array.from(boxes, widthOf),
      heights: new Float64Array(boxes.length).fill(boxHeight),
      from: Int32Array.from(graph.edges, ({ from }) => from),
      to: Int32Array.from(graph.edges, ({ to }) => to),
    },
    edgePositions: Float64Array.from(graph.edges, ({ node }) => {
      const grad = report.nodes[node]?.grad ?? null;
      const kind = gradientKind(grad);
      if (kind === "nonFinite") return Number.NaN;
      return kind === "norm" ? positionOf(grad?.norm ?? 0, domain) : -1;
    }),
  };
}

/** The powers of ten that hold the gradient norms of all nodes. */
function gradientDomain(report: Report): Domain {
  return logDomain(report.nodes.map((node) => node.grad?.norm ?? 0));
}

function sceneBox(report: Report, box: Box, domain: Domain, before: RunBefore | null): SceneBox {
  const node = report.nodes[box.node];
  const norm = boxNorm(report, box);
  const ofNode = gradientKind(node?.grad ?? null);
  const gradient = box.scope === null ? ofNode : layerKind(report, box, norm);
  const text = boxText(report, box);
  const change = before === null ? "" : changeOf(before, box);
  return {
    box,
    text: change === "" ? text : { ...text, spoken: `${text.spoken}, since the run before: ${change}` },
    change,
    shape: box.scope !== null ? "layer" : node?.inputs.length === 0 ? "leaf" : "operation",
    gradient,
    position: gradient === "norm" && norm ? positionOf(norm, domain) : 0,
    isLoss: box.members.includes(report.loss?.node ?? -1),
  };
}

function changeOf(before: RunBefore, { scope, node, members }: Box): string {
  return scope === null ? nodeChange(before, node) : layerChange(before, scope, members);
}

function layerKind(report: Report, box: Box, norm: number | null): GradientKind {
  const isBroken = box.members.some((id) => (report.nodes[id]?.grad?.nonFinite ?? 0) > 0);
  if (isBroken || (norm !== null && !Number.isFinite(norm))) return "nonFinite";
  if (norm === null) return "none";
  return norm === 0 ? "zero" : "norm";
}

/** The view in which the box with this node stays where it was on the screen. */
export function anchored(
  old: PlacedScene | null,
  next: PlacedScene,
  node: number | null,
  view: Viewport,
): Viewport | null {
  const from = node === null ? undefined : old?.graph.boxOf.get(node);
  const to = node === null ? undefined : next.graph.boxOf.get(node);
  if (!old || from === undefined || to === undefined) return null;
  const was = toScreen(view, { x: old.layout.x[from] ?? 0, y: old.layout.y[from] ?? 0 });
  const { scale } = view;
  return {
    scale,
    x: was.x - (next.layout.x[to] ?? 0) * scale,
    y: was.y - (next.layout.y[to] ?? 0) * scale,
  };
}
