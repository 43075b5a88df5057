/** The checks panel: a row a parameter with its verdict and numbers, details below it, and buttons that run checks. */
import type { Check } from "../../engine/report";
import { loadState, post, saveState } from "../bridge";
import { toCsv } from "../csv";
import { h } from "../dom";
import { createFrame } from "../frame";
import type { PanelState } from "../reduce";
import { connect } from "../store";
import { button, progressRing } from "../toolkit";
import { checkTable } from "./check-rows";
import { checkGroups, summary } from "./rows";

const kept = loadState({ open: [] as string[] });
let state: PanelState | null = null;

const frame = createFrame("Gradient checks");
const toolbar = h("div", { class: "toolbar", role: "group", "aria-label": "Tools" });
const progress = h("div", { class: "progress", role: "status" });
const body = h("div", { class: "checks" });
frame.content.append(toolbar, progress, body);

function show() {
  if (!state) return;
  const { checking, report, checks } = state;
  const groups = checkGroups(report, checks);
  toolbar.replaceChildren(
    button("Check All", () => post({ type: "check", target: null }), { icon: "beaker", primary: true }),
    button("Copy as CSV", () => post({ type: "copy", text: csv(checks) }), { icon: "copy" }),
    h("span", { class: "dimmed" }, summary(groups)),
  );
  progress.replaceChildren(...(checking ? progressParts(checking) : []));
  body.replaceChildren(
    groups.length === 0
      ? nothing()
      : checkTable(groups, { isOpen: (key) => kept.open.includes(key), toggle }),
  );
}

function progressParts({ target, fraction }: NonNullable<PanelState["checking"]>): HTMLElement[] {
  const what = target ? `Checking ${target}` : "Checking the model";
  const bar = h("progress", { max: 1, value: fraction ?? undefined, "aria-label": what });
  return [
    progressRing(what),
    h("span", {}, what, fraction === null ? "" : `, ${Math.round(fraction * 100)} %`),
    bar,
    button("Stop", () => post({ type: "stop" })),
  ];
}

function nothing() {
  return h(
    "p",
    { class: "dimmed" },
    "This model has no parameters to check. A check compares the gradient of a parameter with finite differences.",
  );
}

function toggle(key: string, isOpen: boolean) {
  kept.open = isOpen ? [...kept.open.slice(-100), key] : kept.open.filter((each) => each !== key);
  saveState(kept);
}

function csv(checks: readonly Check[]): string {
  const header = [
    "target",
    "parameter",
    "verdict",
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
    checks.map(({ target, parameter, verdict, elements, checked, worst, culprit, message }) => [
      target,
      parameter,
      verdict,
      elements,
      checked,
      worst ? worst.index.join(" ") : null,
      worst?.analytic ?? null,
      worst?.numeric ?? null,
      worst?.absError ?? null,
      worst?.relError ?? null,
      culprit?.op ?? null,
      message,
    ]),
  );
}

connect((next) => {
  frame.update(next);
  state = next;
  show();
});
