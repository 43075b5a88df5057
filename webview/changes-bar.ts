/** A bar above a panel's content: what changed since the run before, and what is gone and so stands nowhere else. */
import { formatPair, showCount, showTimes } from "../engine/core/number-text";
import { isChanged } from "../engine/report/compare";
import type { Report, ReportNode } from "../engine/report/report";
import { post } from "./bridge";
import { h, icon } from "./dom";
import type { RunBefore } from "./run-before";
import { button, iconButton } from "./toolkit";

export interface ChangesBar {
  readonly element: HTMLElement;
  /** `before` is null when there is no run before this one. */
  show(isCompared: boolean, report: Report, before: RunBefore | null): void;
}

/** Begins and ends comparing with the run before. */
export function compareButton() {
  const element = button("Compare", () => post("compare"), {
    runs: true,
    icon: "diff",
    title: "Mark what changed since the run before",
  });
  return {
    element,
    show(isCompared: boolean) {
      element.setAttribute("aria-pressed", String(isCompared));
      element.setAttribute("appearance", isCompared ? "primary" : "secondary");
    },
  };
}

/** A person may close it; it comes back with the next run, or when comparing begins anew. */
export function createChangesBar(): ChangesBar {
  const element = h("section", {
    class: "changes banner info",
    "aria-label": "Changes since the run before",
    hidden: true,
  });
  let closed: object | null = null;
  let shown: object | null = null;
  const nothing = {};
  return {
    element,
    show(isCompared, report, before) {
      const subject = before ?? nothing;
      if (!isCompared) closed = null;
      element.hidden = !isCompared || closed === subject;
      if (element.hidden || shown === subject) return;
      shown = subject;
      const close = iconButton("Close this bar; marks stay", "close", () => {
        closed = subject;
        element.hidden = true;
      });
      element.replaceChildren(icon("diff"), before ? changes(report, before) : noneBefore(), close);
    },
  };
}

function noneBefore(): HTMLElement {
  return h(
    "div",
    { class: "text" },
    h(
      "p",
      {},
      "There is no run before this one. Edit the model and trace again: what changed is marked then.",
    ),
  );
}

function changes(report: Report, before: RunBefore): HTMLElement {
  const { comparison } = before;
  const gone = comparison.onlyA.flatMap((id) => {
    const node = before.report.nodes[id];
    return node?.kind === "operation" || node?.kind === "parameter" ? [node] : [];
  });
  return h(
    "div",
    { class: "text" },
    h("p", {}, h("strong", {}, "Since the run before: "), summary(report, before, gone.length)),
    gone.length > 0 && goneList(gone, before.report),
  );
}

function summary(report: Report, { report: old, comparison }: RunBefore, gone: number): string {
  const { pairs, onlyB, parameters, factor, isIdentical } = comparison;
  if (isIdentical) return "nothing changed.";
  const both = parameters.filter(({ a, b }) => a !== null && b !== null);
  const changed = both.filter(({ gradient }) => isChanged(gradient)).length;
  const fresh = onlyB.filter((id) => report.nodes[id]?.kind !== "constant").length;
  const replaced = pairs.filter(({ changes }) => changes.includes("op")).length;
  const parts = [
    lossText(old, report),
    both.length > 0 &&
      `${showCount(changed)} of ${showTimes(both.length, "weight")} with a gradient more than ${factor} × as large or small`,
    replaced > 0 && `${showTimes(replaced, "operation")} replaced`,
    fresh > 0 && `${showTimes(fresh, "tensor")} new`,
    gone > 0 && `${showTimes(gone, "tensor")} gone`,
  ];
  return `${parts.filter(Boolean).join(" · ")}.`;
}

function lossText({ loss: before }: Report, { loss: now }: Report): string {
  if (before === null || now === null) return now === null ? "no loss" : "no loss before";
  const [a, b] = formatPair(before.value, now.value);
  return a === b ? `the same loss ${a}` : `loss ${a} → ${b}`;
}

/** Lists longer than this are cut. */
const longestList = 200;

function goneList(gone: readonly ReportNode[], report: Report): HTMLElement {
  const items = gone.slice(0, longestList).map(({ op, kind, name, scope, site }) => {
    const layer = report.scopes[scope]?.path ?? "";
    const what = name ?? (layer === "" ? op : `${op} in ${layer}`);
    const rest = [name === null || kind === "parameter" ? "" : op, site ? `was line ${site.line}` : ""];
    return h(
      "li",
      {},
      h("code", {}, what),
      " ",
      h("span", { class: "dimmed" }, rest.filter((part) => part !== "").join(", ")),
    );
  });
  const more = gone.length - items.length;
  return h(
    "details",
    { open: gone.length <= 3 },
    h("summary", {}, `Gone: ${showTimes(gone.length, "tensor")}`),
    h("ul", { class: "gone" }, items, more > 0 && h("li", {}, `and ${showCount(more)} more`)),
  );
}
