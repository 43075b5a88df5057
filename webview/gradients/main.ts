/** The gradients panel: norms by layer and along the depth, as charts and as tables. */

import { formatNumber } from "../../engine/core/number-text";
import type { Report } from "../../engine/report/report";
import { loadState, post, saveState } from "../bridge";
import { toCsv } from "../csv";
import { h } from "../dom";
import { createFrame } from "../frame";
import { replaceInPlace } from "../replace-in-place";
import { siteLink } from "../site-link";
import { connect } from "../store";
import { drawTable } from "../table";
import { onDidChangeTheme, readTheme } from "../theme";
import { button, dropdown, iconButton } from "../toolkit";
import { bars } from "./bars";
import { type DepthChart, depthChart } from "./depth-chart";
import {
  depthRows,
  layerRows,
  type NormMeasure,
  normText,
  parameterRows,
  type Row,
  type RuleLine,
  thresholds,
} from "./series";

const kept = loadState({ grouping: "layer", measure: "norm", view: "chart" });
let report: Report | null = null;
let chart: DepthChart | null = null;

const frame = createFrame("Gradients");
const toolbar = h("div", { class: "toolbar", role: "group", "aria-label": "Tools" });
const body = h("div", { class: "gradients" });
frame.content.append(toolbar, body);
fillToolbar();

const measureOf = (): NormMeasure => (kept.measure === "rms" ? "rms" : "norm");

function change(part: Partial<typeof kept>) {
  Object.assign(kept, part);
  saveState(kept);
  show();
}

function fillToolbar() {
  const groupings = [
    { value: "layer", text: "By layer" },
    { value: "parameter", text: "By parameter" },
  ];
  const measures = [
    { value: "norm", text: "Norm" },
    { value: "rms", text: "Per element (RMS)" },
  ];
  const views = [
    { value: "chart", text: "Charts" },
    { value: "table", text: "Tables" },
  ];
  toolbar.append(
    dropdown("Group", groupings, kept.grouping, (grouping) => change({ grouping })),
    dropdown("Measure", measures, kept.measure, (measure) => change({ measure })),
    dropdown("View", views, kept.view, (view) => change({ view })),
    button("Copy as CSV", copy, { icon: "copy" }),
    iconButton("Save the depth chart as picture", "device-camera", () => void savePicture()),
  );
}

function parameterPart(current: Report): Row[] {
  const rows = kept.grouping === "parameter" ? parameterRows : layerRows;
  return rows(current, measureOf());
}

function show() {
  const before = chart;
  chart = null;
  if (report) showRows(report, before?.chosen() ?? null);
  before?.dispose();
}

/** `chosen` is the operation that the depth chart had under its cursor. */
function showRows(report: Report, chosen: string | null) {
  const parameters = parameterPart(report);
  const depth = depthRows(report, measureOf());
  const isTable = kept.view === "table";
  const parameterTitle = `Gradients of the parameters, by ${kept.grouping}`;
  const none = h("p", { class: "dimmed" }, "This model has no parameters with a gradient.");
  const limits = thresholds(report, measureOf());
  const parameterChart = isTable
    ? rowsTable(parameterTitle, parameters)
    : bars(parameterTitle, parameters, limits);
  replaceInPlace(body, [
    h(
      "section",
      {},
      h("h2", {}, parameterTitle),
      h("p", { class: "dimmed" }, "From the input to the loss. A layer with a tiny gradient hardly learns."),
      ...limits.map(limitLine),
      parameters.length === 0 ? none : parameterChart,
    ),
    h("section", {}, h("h2", {}, "Gradients along the depth"), depthPart(depth, isTable, chosen)),
  ]);
}

function limitLine({ name, value }: RuleLine): HTMLElement {
  const side = name === "vanishing" ? "smaller" : "larger";
  return h(
    "p",
    { class: "limit-line" },
    `Dashed: gradients ${side} than ${formatNumber(value)} are ${name}.`,
  );
}

function depthPart(rows: Row[], isTable: boolean, chosen: string | null): HTMLElement {
  if (rows.length === 0) return h("p", { class: "dimmed" }, "No operation got a gradient.");
  if (isTable) return rowsTable("Gradients along the depth", rows);
  chart = depthChart(rows, readTheme(), (row) => {
    if (row.site) post("reveal", { site: row.site });
  });
  if (chosen !== null) chart.choose(chosen);
  return chart.element;
}

/** Tables longer than this are cut; the copy holds all rows. */
const longestTable = 1000;

function rowsTable(title: string, rows: readonly Row[]): HTMLElement {
  const columns = [
    { name: "Name" },
    { name: "What" },
    { name: "Gradient", isNumber: true },
    { name: "Source" },
  ];
  const rest = rows.length - longestTable;
  return h(
    "div",
    {},
    drawTable(
      title,
      columns,
      rows
        .slice(0, longestTable)
        .map((row) => [
          row.name,
          row.detail,
          normText(row, (value) => formatNumber(value, 4)),
          row.site && siteLink(row.site),
        ]),
    ),
    rest > 0 && h("p", { class: "dimmed" }, `${rest} more rows are in the copy as CSV.`),
  );
}

async function savePicture() {
  if (chart) post("save", { name: "gradients.png", bytes: await chart.picture() });
}

function copy() {
  if (!report) return;
  const rows = [
    ...parameterPart(report).map((row) => ({ row, part: kept.grouping })),
    ...depthRows(report, measureOf()).map((row) => ({ row, part: "operation" })),
  ];
  const header = ["part", "name", "what", measureOf(), "file", "line"];
  const lines = rows.map(({ row, part }) => [
    part,
    row.name,
    row.detail,
    row.kind === "none" ? null : row.kind === "nonFinite" ? "not finite" : row.norm,
    row.site?.file ?? null,
    row.site?.line ?? null,
  ]);
  post("copy", { text: toCsv(header, lines) });
}

onDidChangeTheme(show);
connect((state) => {
  const next = frame.update(state);
  if (next === report) return;
  report = next;
  show();
});
