/** The checks panel: a row a parameter with its verdict and numbers, details below it, and buttons that run checks. */
import type { Check } from "../../engine/report/report";
import { loadState, post, saveState } from "../bridge";
import { toCsv } from "../csv";
import { h } from "../dom";
import { createFrame } from "../frame";
import { interruption } from "../notice";
import type { PanelState } from "../reduce";
import { replaceInPlace } from "../replace-in-place";
import { connect } from "../store";
import { button } from "../toolkit";
import { checkTable } from "./check-rows";
import { followTheme } from "./live-canvas";
import { createProgress } from "./progress";
import { type CheckGroup, type CheckRow, checkGroups, rowKey, summary } from "./rows";

const kept = loadState({ open: [] as string[], closed: [] as string[] });

followTheme();
const frame = createFrame("Gradient checks");
const counts = h("span", { class: "dimmed", role: "status" });
const progress = createProgress();
const interrupted = h("div");
const body = h("div", { class: "checks" });
let checks: readonly Check[] = [];
frame.content.append(
  h(
    "div",
    { class: "toolbar", role: "group", "aria-label": "Tools" },
    button("Check All", () => post("check", { target: null }), { icon: "beaker", primary: true, runs: true }),
    button("Copy as CSV", () => post("copy", { text: csv(checks) }), { icon: "copy" }),
    counts,
  ),
  progress.element,
  interrupted,
  body,
);

function drawChecks({ report, checks }: PanelState) {
  const groups = checkGroups(report, checks);
  counts.textContent = summary(groups);
  replaceInPlace(body, [
    groups.length === 0 ? nothing() : checkTable(groups, { isOpen: isOpenIn(groups), toggle }),
  ]);
}

/** What a person opened, and the first failure unless a person closed it. */
function isOpenIn(groups: readonly CheckGroup[]) {
  const keys = groups.flatMap((group) => group.rows.filter(isWrong).map((row) => rowKey(group, row)));
  return (key: string) => kept.open.includes(key) || (key === keys[0] && !kept.closed.includes(key));
}

function isWrong({ check }: CheckRow): boolean {
  return check?.outcome === "fail";
}

function nothing() {
  return h(
    "p",
    { class: "dimmed" },
    "This model has no parameters to check. A check compares the gradient of a parameter with finite differences.",
  );
}

function toggle(key: string, isOpen: boolean) {
  const others = (keys: readonly string[]) => keys.filter((each) => each !== key).slice(-100);
  kept.open = isOpen ? [...others(kept.open), key] : others(kept.open);
  kept.closed = isOpen ? others(kept.closed) : [...others(kept.closed), key];
  saveState(kept);
}

function csv(checks: readonly Check[]): string {
  const header = [
    "target",
    "parameter",
    "verdict",
    "outcome",
    "complete",
    "elements",
    "checked",
    "worst index",
    "analytic",
    "numeric",
    "absolute error",
    "relative error",
    "operation",
    "message",
  ];
  return toCsv(
    header,
    checks.map(
      ({ target, parameter, verdict, outcome, complete, elements, checked, worst, culprit, message }) => [
        target,
        parameter,
        verdict,
        outcome,
        String(complete),
        elements,
        checked,
        worst ? worst.index.join(" ") : null,
        worst?.analytic ?? null,
        worst?.numeric ?? null,
        worst?.absError ?? null,
        worst?.relError ?? null,
        culprit?.op ?? null,
        message,
      ],
    ),
  );
}

let last: PanelState | null = null;
connect((state) => {
  frame.update(state);
  progress.show(state.checking);
  if (state.interrupted !== last?.interrupted)
    interrupted.replaceChildren(...(state.interrupted ? [interruption(state.interrupted)] : []));
  checks = state.checks;
  if (state.report !== last?.report || state.checks !== last?.checks) drawChecks(state);
  last = state;
});
