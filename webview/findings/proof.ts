/** The small plot that proves a finding, chosen by what the finding carries: layers that it compares, or a tensor. */
import type { Finding, Report, ReportNode } from "../../engine/report/report";
import { post } from "../bridge";
import { toCsv } from "../csv";
import { h } from "../dom";
import { histogramSections } from "../graph/histograms";
import { drawTable } from "../table";
import { iconButton } from "../toolkit";
import { axisTitle, type Depth, depthOf, valueText, wordsFor } from "./depth";
import { depthPlot } from "./depth-plot";
import { pictureOf } from "./picture";

/** Null where the finding's numbers are all there is. */
export function proofOf(report: Report, finding: Finding): HTMLElement | null {
  const depth = depthOf(report, finding);
  if (depth) return depthFigure(depth, finding);
  const node = finding.node === null ? undefined : report.nodes[finding.node];
  return node === undefined ? null : spread(node);
}

function depthFigure(depth: Depth, { rule }: Finding): HTMLElement {
  const plot = depthPlot(depth);
  const { rows } = depth;
  const copy = () => {
    const lines = rows.map((row) => [row.name, row.kind, row.kind === "none" ? null : row.norm]);
    post("copy", { text: toCsv(["layer", "gradient", axisTitle(depth)], lines) });
  };
  const save = async () => {
    const drawn = plot.querySelector("svg");
    if (drawn) post("save", { name: `${rule}.png`, bytes: await pictureOf(drawn) });
  };
  const table = drawTable(
    wordsFor(depth),
    [{ name: "Layer" }, { name: axisTitle(depth), isNumber: true }],
    rows.map((row) => [row.name, valueText(row)]),
  );
  return h(
    "figure",
    {},
    plot,
    h(
      "figcaption",
      {},
      h("details", {}, h("summary", {}, "As a table"), table),
      h(
        "span",
        { class: "tools" },
        iconButton("Copy as CSV", "copy", copy),
        iconButton("Save as picture", "save", () => void save()),
      ),
    ),
  );
}

/** How a tensor's elements are spread; nothing of single numbers, nor of what is not finite throughout. */
function spread(node: ReportNode): HTMLElement | null {
  const { value, grad } = node;
  if (value.nonFinite >= value.size && (grad === null || grad.nonFinite >= grad.size)) return null;
  const sections = histogramSections(node);
  return sections && h("figure", { class: "spread" }, sections);
}
