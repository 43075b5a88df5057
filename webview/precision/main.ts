/** The precision panel: what would become of the gradients in a number format of fewer bits. Asked for when somebody looks. */
import { type PrecisionReport, precisions } from "../../engine/report/precision";
import type { Report } from "../../engine/report/report";
import { ask, loadState, post, saveState } from "../bridge";
import { h } from "../dom";
import { createFrame } from "../frame";
import { replaceInPlace } from "../replace-in-place";
import { connect } from "../store";
import { button, dropdown, progressRing } from "../toolkit";
import { answerNow, type DryRunNews, noDryRuns, reduceDryRuns } from "./asked";
import { fateCsv, fateTable } from "./fate-table";
import { fateRows } from "./fates";
import { sizesFigure } from "./sizes-figure";
import { sizesSpread } from "./spread";
import { verdictPart } from "./verdict";

const kept = loadState({ precision: "fp16", grouping: "layer", sizesOf: "" });
let runs = noDryRuns(kept.precision);

const frame = createFrame("Precision dry run");
const body = h("div", { class: "precision" });
frame.content.append(createToolbar(), body);

function createToolbar(): HTMLElement {
  const formats = Object.keys(precisions).map((value) => ({ value, text: value }));
  const groupings = [
    { value: "layer", text: "By layer" },
    { value: "parameter", text: "By parameter" },
  ];
  return h(
    "div",
    { class: "toolbar", role: "group", "aria-label": "Tools" },
    dropdown("Number format", formats, runs.precision, (precision) => {
      keep({ precision });
      heed({ kind: "format", precision });
    }),
    dropdown("Group", groupings, kept.grouping, (grouping) => {
      keep({ grouping, sizesOf: "" });
      draw();
    }),
    button("Copy as CSV", copy, { icon: "copy" }),
  );
}

function keep(part: Partial<typeof kept>) {
  Object.assign(kept, part);
  saveState(kept);
}

function heed(news: DryRunNews) {
  const next = reduceDryRuns(runs, news);
  if (next === runs) return;
  runs = next;
  if (runs.report && answerNow(runs) === null) void askNow(runs.report);
  else draw();
}

async function askNow(report: Report) {
  const { precision } = runs;
  heed({ kind: "answer", report, precision, answer: { kind: "asking" } });
  try {
    const found = await ask("precision", { precision });
    heed({ kind: "answer", report, precision, answer: { kind: "answered", found } });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    heed({ kind: "answer", report, precision, answer: { kind: "failed", message } });
  }
}

function draw() {
  const { report, precision } = runs;
  const answer = answerNow(runs);
  if (report === null || answer === null) return;
  if (answer.kind === "asking") replaceInPlace(body, [asking()]);
  else if (answer.kind === "failed") replaceInPlace(body, [failed(report, answer.message)]);
  else replaceInPlace(body, answeredParts(report, answer.found));
  body.setAttribute("aria-label", `Gradients in ${precision}`);
}

function asking(): HTMLElement {
  const text = `Rounding the gradients to ${runs.precision}…`;
  return h("div", { class: "asking", role: "status" }, progressRing(), text);
}

function failed(report: Report, message: string): HTMLElement {
  const again = () => heed({ kind: "answer", report, precision: runs.precision, answer: null });
  return h(
    "section",
    { class: "banner error", role: "alert" },
    h("p", {}, `The gradients could not be rounded: ${message}`),
    button("Try Again", again),
    button("Trace Again", () => post("trace"), { icon: "refresh", runs: true }),
  );
}

function answeredParts(report: Report, found: PrecisionReport): HTMLElement[] {
  const rows = fateRows(report, found, kept.grouping);
  if (rows.length === 0) return [verdictPart(found)];
  const title = kept.grouping === "parameter" ? "Parameter" : "Layer";
  return [
    verdictPart(found),
    sizesPart(rows, found),
    h(
      "section",
      {},
      h("h2", {}, `What becomes of them, by ${title.toLowerCase()}`),
      h("p", { class: "dimmed" }, "Shares of the elements that are not 0, the worst first."),
      fateTable(title, rows, found),
    ),
  ];
}

function sizesPart(rows: ReturnType<typeof fateRows>, found: PrecisionReport): HTMLElement {
  const chosen = rows.find(({ name }) => name === kept.sizesOf);
  const choices = [
    { value: "", text: "All gradients" },
    ...rows.map(({ name }) => ({ value: name, text: name })),
  ];
  const choice = dropdown("Sizes of", choices, chosen?.name ?? "", (sizesOf) => {
    keep({ sizesOf });
    draw();
  });
  const spread = sizesSpread(chosen?.counts ?? found.all, found);
  const none = h("p", { class: "dimmed" }, "No element is finite and not 0.");
  return h(
    "section",
    {},
    h("div", { class: "heading" }, h("h2", {}, "Sizes of their elements"), choice),
    spread ? sizesFigure(chosen?.name ?? "all", spread, found) : none,
  );
}

function copy() {
  const { report } = runs;
  const answer = answerNow(runs);
  if (!report || answer?.kind !== "answered") return;
  const { found } = answer;
  post("copy", { text: fateCsv(fateRows(report, found, kept.grouping), found) });
}

connect((state) => heed({ kind: "run", report: frame.update(state) }));
