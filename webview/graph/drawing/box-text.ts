/** What stands on a box or a frame, and what a screen reader says for it. */
import { formatNumber, formatShape, showTimes } from "../../../engine/core/number-text";
import type { Report, Stats } from "../../../engine/report/report";
import { nodeNames } from "../../node-names";
import { gradientKind } from "../../scale";
import { type Box, type GraphModel, isSingle } from "../model/boxes";
import type { Group } from "../model/groups";
import { groupName, within } from "./names";

export interface BoxText {
  /** The variable or layer, else the operation. */
  readonly title: string;
  /** The operation, or the layer's class. */
  readonly detail: string;
  /** The value of a scalar, else the shape. */
  readonly left: string;
  /** The gradient of a scalar, else its norm. */
  readonly right: string;
  readonly spoken: string;
}

const longestTitle = 26;

export function boxText(report: Report, model: GraphModel, box: Box): BoxText {
  return box.group < 0 ? nodeText(report, model, box) : groupText(report, model, box);
}

function nodeText(report: Report, { tree }: GraphModel, { node: id, notes }: Box): BoxText {
  const node = report.nodes[id];
  if (!node) return { title: "", detail: "", left: "", right: "", spoken: "" };
  const home = tree.homes[id] ?? -1;
  // A layer of one operation has its name, and the operation beside it.
  const layer = home > 0 && isSingle(tree.groups[home]) ? (tree.groups[home] as Group) : null;
  const path = layer?.kind === "layer" ? (report.scopes[layer.scope]?.path ?? "") : "";
  const name = nodeNames(report)[id] ?? "";
  const full = path === "" ? name : path;
  const title = shorten(path === "" ? name : within(report, tree.groups, home, path));
  const isScalar = node.value.size === 1;
  const left = isScalar ? `value ${formatItem(node.value)}` : formatShape(node.shape);
  const hasDetail = path !== "" || (node.name !== null && node.kind !== "constant");
  const noted = notes.length > 0 ? `, with ${notes.map((note) => noteName(report, note)).join(", ")}` : "";
  return {
    title,
    detail: hasDetail && node.op !== title ? node.op : "",
    left,
    right: gradientText(node.grad),
    spoken: `${full}, ${node.op}${noted}, ${left}, ${spokenGradient(node.grad)}`,
  };
}

/** What a parameter or constant is called beside what takes it: "weight", "2". */
export function noteName(report: Report, id: number): string {
  const node = report.nodes[id];
  if (!node) return "";
  const path = report.scopes[node.scope]?.path ?? "";
  if (node.name !== null) {
    const isInside = path !== "" && node.name.startsWith(`${path}.`);
    return shorten(isInside ? node.name.slice(path.length + 1) : node.name);
  }
  return node.value.item === undefined ? formatShape(node.shape) : formatNumber(node.value.item, 4);
}

function groupText(report: Report, model: GraphModel, box: Box): BoxText {
  const { title, detail, path } = groupName(report, model, box.group);
  const operations = box.members.filter((id) => model.tree.homes[id] !== -1).length;
  const left = showTimes(operations, "operation");
  const right = groupGradient(report, model, box);
  const kind = model.tree.groups[box.group]?.kind === "layer" ? "Layer " : "";
  return {
    title: shorten(title),
    detail,
    left,
    right,
    spoken: `${kind}${path}, ${detail === "" ? "" : `${detail}, `}collapsed, ${left}, ${right.replace("‖∇‖", "gradient norm")}`,
  };
}

/** Of a loop what the gradient is behind the first and the last step, else the group's own norm. */
function groupGradient(report: Report, model: GraphModel, box: Box): string {
  const group = model.tree.groups[box.group];
  const norm = boxNorm(report, model, box);
  if (norm === null) return "no gradient";
  const first = group && group.times > 1 ? firstStepEnd(model, box) : null;
  const early = first === null ? null : (report.nodes[first]?.grad?.norm ?? null);
  const late = report.nodes[box.node]?.grad?.norm ?? null;
  if (early === null || late === null) return `‖∇‖ ${formatNumber(norm)}`;
  return `‖∇‖ ${formatNumber(early)} … ${formatNumber(late)}`;
}

function firstStepEnd(model: GraphModel, { group, members }: Box): number | null {
  const times = model.tree.groups[group]?.times ?? 1;
  const operations = members.filter((id) => model.tree.homes[id] !== -1);
  return operations[Math.round(operations.length / times) - 1] ?? null;
}

/** A group's own gradient: that of its parameters, or of what it hands out when it has none. */
export function boxNorm(report: Report, { tree }: GraphModel, box: Box): number | null {
  const group = tree.groups[box.group];
  const out = report.nodes[box.node]?.grad?.norm ?? null;
  if (box.group < 0 || !group) return out;
  if (group.kind === "layer") return report.scopes[group.scope]?.gradNorm ?? out;
  let [squares, isReached] = [0, false];
  for (const id of box.members) {
    const node = report.nodes[id];
    if (tree.homes[id] !== -1 || !node?.requiresGrad || !node.grad) continue;
    squares += node.grad.norm ** 2;
    isReached = true;
  }
  return isReached ? Math.sqrt(squares) : out;
}

export function gradientText(grad: Stats | null, norm = "‖∇‖"): string {
  switch (gradientKind(grad)) {
    case "none":
      return "no gradient";
    case "zero":
      return "gradient 0";
    case "nonFinite":
      return grad?.size === 1 ? `gradient ${formatItem(grad)}` : `${grad?.nonFinite} non-finite`;
    case "norm":
      return grad?.size === 1 ? `gradient ${formatItem(grad)}` : `${norm} ${formatNumber(grad?.norm ?? 0)}`;
  }
}

function spokenGradient(grad: Stats | null): string {
  return gradientText(grad, "gradient norm");
}

function formatItem({ item, mean }: Stats): string {
  return formatNumber(item ?? mean, 4);
}

/** Keeps the end of a long path, which tells more than its beginning. */
function shorten(name: string): string {
  return name.length <= longestTitle ? name : `…${name.slice(1 - longestTitle)}`;
}
