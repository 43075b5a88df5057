/** What stands on a box, and what a screen reader says for it. */

import { formatNumber, formatShape, showTimes } from "../../engine/core/number-text";
import type { Report, Stats } from "../../engine/report/report";
import { nodeNames } from "../node-names";
import { gradientKind } from "../scale";
import type { Box } from "./collapse";

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

export function boxText(report: Report, box: Box): BoxText {
  return box.scope === null ? nodeText(report, box.node) : layerText(report, box, box.scope);
}

function nodeText(report: Report, id: number): BoxText {
  const node = report.nodes[id];
  const name = nodeNames(report)[id] ?? "";
  if (!node) return { title: "", detail: "", left: "", right: "", spoken: "" };
  const isScalar = node.value.size === 1;
  const title = shorten(name);
  const left = isScalar ? `value ${formatItem(node.value)}` : formatShape(node.shape);
  const right = gradientText(node.grad);
  const detail = node.name === null || node.kind === "constant" ? "" : node.op;
  return {
    title,
    detail: detail === title ? "" : detail,
    left,
    right,
    spoken: `${name}, ${node.op}, ${left}, ${spokenGradient(node.grad)}`,
  };
}

function layerText(report: Report, box: Box, index: number): BoxText {
  const scope = report.scopes[index];
  const norm = boxNorm(report, box);
  const title = shorten(scope?.path ?? "");
  const right = norm === null ? "no gradient" : `‖∇‖ ${formatNumber(norm)}`;
  const left = showTimes(box.members.length, "node");
  return {
    title: box.pass > 1 ? `${title} (call ${box.pass})` : title,
    detail: scope?.type ?? "",
    left,
    right,
    spoken: `Layer ${scope?.path ?? ""}, ${scope?.type ?? ""}, collapsed, ${left}, gradient norm ${norm === null ? "none" : formatNumber(norm)}`,
  };
}

/** A layer's own gradient: that of its parameters, or of what it hands out when it has none. */
export function boxNorm(report: Report, box: Box): number | null {
  const own = box.scope === null ? null : (report.scopes[box.scope]?.gradNorm ?? null);
  return own ?? report.nodes[box.node]?.grad?.norm ?? null;
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
