/** The gradients panel: norms by layer and along the depth, as charts and as tables. */

import { formatNumber } from "../../engine/core/number-text";
import type { Report } from "../../engine/report/report";
import { loadState, post, saveState } from "../bridge";
import { compareButton, createChangesBar } from "../changes-bar";
import { toCsv } from "../csv";
import { h } from "../dom";
import { createFrame } from "../frame";
import { replaceInPlace } from "../replace-in-place";
import { besideBefore } from "../run-before";
import { siteLink } from "../site-link";
import { connect } from "../store";
import { drawTable, type TableCell } from "../table";
import { onDidChangeTheme, readTheme } from "../theme";
import { button, dropdown, iconButton } from "../toolkit";
import { bars } from "./bars";
import { aloneRows, type BesideRow, besideRows, layerPartner, nodePartner } from "./beside-rows";
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
/** The run before, while runs are compared. */
let old: Report | null = null;
let chart: DepthChart | null = null;

const frame = createFrame("Gradients");
const toolbar = h("div", { class: "toolbar", role: "group", "aria-label": "Tools" });
const body = h("div", { class: "gradients" });
const compare = compareButton();
const changes = createChangesBar();
frame.content.append(toolbar, changes.element, body);
fillToolbar();

const measureOf = (): NormMeasure => (kept.measure === "rms" ? "rms" : "norm");

function change(part: Partial<typeof kept>) {
  Object.assign(kept, part);
  saveState(kept);
  drawAnew();
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
    compare.element,
    button("Copy as CSV", copy, { icon: "copy" }),
    button("Precision Dry Run", () => post("show", { panel: "precision" }), { icon: "symbol-numeric" }),
    iconButton("Save the depth chart as picture", "device-camera", () => void savePicture()),
  );
}

/** Each row with the one of the run before, where there is one. */
function beside(rows: (report: Report, measure: NormMeasure) => Row[], current: Report): BesideRow[] {
  const now = rows(current, measureOf());
  const before = besideBefore(old, current);
  if (before === null) return aloneRows(now);
  const then = rows(before.report, measureOf());
  const partner = rows === layerRows ? layerPartner(before) : nodePartner(before);
  return besideRows(now, then, partner, before.comparison.factor);
}

const parameterPart = (current: Report) =>
  beside(kept.grouping === "parameter" ? parameterRows : layerRows, current);

function drawAnew() {
  const before = chart;
  chart = null;
  if (report) showRows(report, before?.chosen() ?? null);
  before?.dispose();
}

/** `chosen` is the operation that the depth chart had under its cursor. */
function showRows(report: Report, chosen: string | null) {
  const parameters = parameterPart(report);
  const depth = beside(depthRows, report);
  const isTable = kept.view === "table";
  const parameterTitle = `Gradients of the parameters, by ${kept.grouping}`;
  const none = h("p", { class: "dimmed" }, "This model has no parameters with a gradient.");
  const limits = thresholds(report, measureOf());
  const parameterChart = isTable
    ? rowsTable(parameterTitle, parameters)
    : bars(parameterTitle, parameters, limits, old !== null);
  replaceInPlace(body, [
    h(
      "section",
      {},
      h("h2", {}, parameterTitle),
      h("p", { class: "dimmed" }, "From the input to the loss. A layer with a tiny gradient hardly learns."),
      ...limits.map(limitLine),
      old && !isTable && h("p", { class: "limit-line" }, "The upright mark on a bar is the run before."),
      parameters.length === 0 ? none : parameterChart,
    ),
    h(
      "section",
      {},
      h("h2", {}, "Gradients along the depth"),
      old && !isTable && h("p", { class: "limit-line" }, "Dashed: the run before."),
      depthPart(depth, isTable, chosen),
    ),
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

function depthPart(rows: readonly BesideRow[], isTable: boolean, chosen: string | null): HTMLElement {
  if (rows.length === 0) return h("p", { class: "dimmed" }, "No operation got a gradient.");
  if (isTable) return rowsTable("Gradients along the depth", rows);
  const shown = rows.filter(({ change }) => change !== "gone");
  chart = depthChart(shown, readTheme(), (row) => {
    if (row.site) post("reveal", { site: row.site });
  });
  if (chosen !== null) chart.choose(chosen);
  return chart.element;
}

/** Tables longer than this are cut; the copy holds all rows. */
const longestTable = 1000;

function rowsTable(title: string, rows: readonly BesideRow[]): HTMLElement {
  const columns = [
    { name: "Name" },
    { name: "What" },
    ...(old ? [{ name: "Before", isNumber: true }] : []),
    { name: "Gradient", isNumber: true },
    ...(old ? [{ name: "Change" }] : []),
    { name: "Source" },
  ];
  const rest = rows.length - longestTable;
  return h(
    "div",
    {},
    drawTable(title, columns, rows.slice(0, longestTable).map(tableCells)),
    rest > 0 && h("p", { class: "dimmed" }, `${rest} more rows are in the copy as CSV.`),
  );
}

function tableCells({ row, before, change, isChanged }: BesideRow): TableCell[] {
  const isGone = change === "gone";
  const text = (each: Row) => normText(each, (value) => formatNumber(value, 4));
  return [
    isGone ? h("s", {}, row.name) : row.name,
    row.detail,
    ...(old ? [before && text(before)] : []),
    isGone ? "" : text(row),
    ...(old ? [h("span", { class: `change ${isChanged ? "is-changed" : "dimmed"}` }, change)] : []),
    isGone ? null : row.site && siteLink(row.site),
  ];
}

async function savePicture() {
  if (chart) post("save", { name: "gradients.png", bytes: await chart.picture() });
}

function copy() {
  if (!report) return;
  const rows = [
    ...parameterPart(report).map((row) => ({ ...row, part: kept.grouping })),
    ...beside(depthRows, report).map((row) => ({ ...row, part: "operation" })),
  ];
  const header = ["part", "name", "what", measureOf(), ...(old ? ["before", "change"] : []), "file", "line"];
  const number = ({ kind, norm }: Row) =>
    kind === "none" ? null : kind === "nonFinite" ? "not finite" : norm;
  const lines = rows.map(({ row, part, before, change }) => [
    part,
    row.name,
    row.detail,
    change === "gone" ? null : number(row),
    ...(old ? [before && number(before), change] : []),
    row.site?.file ?? null,
    row.site?.line ?? null,
  ]);
  post("copy", { text: toCsv(header, lines) });
}

onDidChangeTheme(drawAnew);
connect((state) => {
  const next = frame.update(state);
  compare.show(state.isCompared);
  if (next) changes.show(state.isCompared, next, besideBefore(state.before, next));
  if (next === report && state.before === old) return;
  report = next;
  old = state.before;
  drawAnew();
});
