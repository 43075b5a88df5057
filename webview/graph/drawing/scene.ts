/** Everything that is drawn for one report: boxes and frames with their texts, sizes and gradients, edges and places. */
import type { Report } from "../../../engine/report/report";
import { layerChange, nodeChange, type RunBefore } from "../../run-before";
import { type Domain, type GradientKind, gradientKind, logDomain, positionOf } from "../../scale";
import type { Layout } from "../layout/layout";
import type { LayoutInput } from "../layout/layout-input";
import { type Box, type BoxGraph, boxGraph, type GraphModel, graphModel } from "../model/boxes";
import { lastOperation } from "../model/groups";
import { boxHeight, boxWidth, type Density, rowGaps, type TextMeasure } from "./box-size";
import { type BoxText, boxNorm, boxText, noteName } from "./box-text";
import { findingMarks, type Mark } from "./finding-marks";
import { groupName } from "./names";
import { toScreen, type Viewport } from "./viewport";

/** How a gradient looks: its kind, and its place on the colour scale from 0 to 1. */
export interface Shade {
  readonly gradient: GradientKind;
  readonly position: number;
}

/** A parameter or constant in the box of what takes it. */
export interface Note extends Shade {
  readonly name: string;
}

export interface SceneBox extends Shade {
  readonly box: Box;
  readonly text: BoxText;
  readonly notes: readonly Note[];
  readonly shape: "operation" | "leaf" | "group";
  readonly isLoss: boolean;
  /** No gradient flows here. */
  readonly isOff: boolean;
  /** What changed since the run before, in words; empty when nothing did, or nothing is compared. */
  readonly change: string;
  /** Findings that blame something in it. */
  readonly mark: Mark | null;
}

/** An open group. */
export interface SceneFrame extends Shade {
  readonly title: string;
  readonly detail: string;
}

export interface Scene {
  readonly report: Report;
  readonly model: GraphModel;
  /** Null unless runs are compared. */
  readonly before: RunBefore | null;
  readonly graph: BoxGraph;
  readonly domain: Domain;
  readonly density: Density;
  readonly boxes: readonly SceneBox[];
  readonly frames: readonly SceneFrame[];
  readonly input: LayoutInput;
}

/** What is directly in each frame, the drawing itself first: numbers of boxes, of frames, and of hops from – to. */
export interface FrameContent {
  readonly boxes: number[];
  readonly frames: number[];
}

/** A scene that has its places. */
export interface PlacedScene extends Scene {
  readonly layout: Layout;
  /** The drawing itself first, then the frames. */
  readonly contents: readonly FrameContent[];
}

export function placeScene(scene: Scene, layout: Layout): PlacedScene {
  const contents = Array.from(
    { length: scene.frames.length + 1 },
    (): FrameContent => ({ boxes: [], frames: [] }),
  );
  scene.graph.boxes.forEach(({ frame }, i) => void contents[frame + 1]?.boxes.push(i));
  scene.graph.frames.forEach(({ frame }, i) => void contents[frame + 1]?.frames.push(i));
  return { ...scene, layout, contents };
}

const mostNotes = 3;

export function buildScene(
  report: Report,
  open: ReadonlySet<string>,
  measure: TextMeasure,
  before: RunBefore | null = null,
  density: Density = "roomy",
): Scene {
  const model = graphModel(report);
  const graph = boxGraph(model, open);
  const domain = gradientDomain(report);
  const marks = findingMarks(report, graph);
  const boxes = graph.boxes.map((box, i) =>
    sceneBox(report, model, box, domain, before, marks.get(i) ?? null),
  );
  const frames = graph.frames.map(({ group }): SceneFrame => {
    const { title, detail } = groupName(report, model, group);
    const { scope, kind } = model.tree.groups[group] ?? { scope: 0, kind: "run" };
    const own = kind === "layer" ? (report.scopes[scope]?.gradNorm ?? null) : null;
    const shade =
      own === null ? nodeShade(report, lastOperation(model.tree, group), domain) : shadeOf(own, domain);
    return { title, detail, ...shade };
  });
  const frameWidth = ({ title, detail }: SceneFrame) => measure(title, true) + measure(detail, false) + 60;
  const widths = [...boxes.map((box) => boxWidth(box, density, measure)), ...frames.map(frameWidth)];
  return {
    report,
    model,
    before,
    graph,
    domain,
    density,
    boxes,
    frames,
    input: {
      widths: Float64Array.from(widths, Math.ceil),
      heights: Float64Array.from(widths, (_, i) => (boxes[i] ? boxHeight(boxes[i], density) : 0)),
      gap: rowGaps[density],
      boxes: boxes.length,
      frames: Int32Array.from([...graph.boxes, ...graph.frames], ({ frame }) => frame),
      from: Int32Array.from(graph.edges, ({ from }) => from),
      to: Int32Array.from(graph.edges, ({ to }) => to),
    },
  };
}

/** The powers of ten that hold the gradient norms of all nodes. */
function gradientDomain(report: Report): Domain {
  return logDomain(report.nodes.map((node) => node.grad?.norm ?? 0));
}

function shadeOf(norm: number | null, domain: Domain): Shade {
  if (norm === null) return { gradient: "none", position: 0 };
  if (!Number.isFinite(norm)) return { gradient: "nonFinite", position: 0 };
  return norm === 0
    ? { gradient: "zero", position: 0 }
    : { gradient: "norm", position: positionOf(norm, domain) };
}

function nodeShade(report: Report, id: number, domain: Domain): Shade {
  const grad = report.nodes[id]?.grad ?? null;
  return gradientKind(grad) === "nonFinite"
    ? { gradient: "nonFinite", position: 0 }
    : shadeOf(grad?.norm ?? null, domain);
}

function sceneBox(
  report: Report,
  model: GraphModel,
  box: Box,
  domain: Domain,
  before: RunBefore | null,
  mark: Mark | null,
): SceneBox {
  const node = report.nodes[box.node];
  const text = boxText(report, model, box);
  const change = before === null ? "" : changeOf(report, before, model, box);
  const shade = box.group < 0 ? nodeShade(report, box.node, domain) : groupShade(report, model, box, domain);
  const told = mark === null ? "" : `, ${mark.text}`;
  const since = change === "" ? "" : `, since the run before: ${change}`;
  return {
    box,
    text: { ...text, spoken: `${text.spoken}${told}${since}` },
    notes: notesOf(report, box, domain),
    change,
    shape: box.group >= 0 ? "group" : node?.inputs.length === 0 ? "leaf" : "operation",
    ...shade,
    isLoss: box.members.includes(report.loss?.node ?? -1),
    isOff: shade.gradient === "none",
    mark,
  };
}

function notesOf(report: Report, { notes }: Box, domain: Domain): Note[] {
  const shown = notes.length > mostNotes ? notes.slice(0, mostNotes - 1) : notes;
  const all = shown.map((id) => ({ name: noteName(report, id), ...nodeShade(report, id, domain) }));
  if (shown.length === notes.length) return all;
  return [...all, { name: `+ ${notes.length - shown.length}`, gradient: "none", position: 0 }];
}

/** Of a tensor, or else of what is noted in its box: "weight × 100". */
function ownChange(report: Report, before: RunBefore, node: number, notes: readonly number[]): string {
  const own = nodeChange(before, node);
  if (own !== "") return own;
  const noted = notes.flatMap((id) => {
    const change = nodeChange(before, id);
    return change === "" ? [] : [`${noteName(report, id)} ${change}`];
  });
  return noted.join(", ");
}

function changeOf(report: Report, before: RunBefore, { tree }: GraphModel, box: Box): string {
  const { group, node, members, notes } = box;
  if (group < 0) return ownChange(report, before, node, notes);
  const { kind, scope } = tree.groups[group] ?? { kind: "run", scope: 0 };
  if (kind === "layer") return layerChange(before, scope, members);
  const changed = members.filter((id) => nodeChange(before, id) !== "").length;
  return changed === 0 ? "" : `${changed} changed`;
}

function groupShade(report: Report, model: GraphModel, box: Box, domain: Domain): Shade {
  const isBroken = box.members.some((id) => (report.nodes[id]?.grad?.nonFinite ?? 0) > 0);
  return isBroken ? { gradient: "nonFinite", position: 0 } : shadeOf(boxNorm(report, model, box), domain);
}

/** The view in which the box with this node stays where it was on the screen. */
export function anchored(
  old: PlacedScene | null,
  next: PlacedScene,
  node: number | null,
  view: Viewport,
): Viewport | null {
  const from = node === null ? -1 : (old?.graph.boxOf[node] ?? -1);
  const to = node === null ? -1 : (next.graph.boxOf[node] ?? -1);
  if (!old || from < 0 || to < 0) return null;
  const was = toScreen(view, { x: old.layout.x[from] ?? 0, y: old.layout.y[from] ?? 0 });
  const { scale } = view;
  return {
    scale,
    x: was.x - (next.layout.x[to] ?? 0) * scale,
    y: was.y - (next.layout.y[to] ?? 0) * scale,
  };
}
