/** The frame that all panels share: the notice above the content, the content, and a line about the run. */

import { formatNumber, showDuration, showTimes } from "../engine/core/number-text";
import type { Report } from "../engine/report/report";
import { reportErrors } from "./bridge";
import { h } from "./dom";
import { baseName } from "./format";
import { noticeFor } from "./notice";
import type { DiagnosisState } from "./protocol";
import type { PanelState } from "./reduce";
import { savedLine } from "./saved-line";
import { registerToolkit } from "./toolkit";

export interface PanelFrame {
  /** Where the panel puts its own content. */
  readonly content: HTMLElement;
  /** Shows the state around the content; gives the report when there is one to show. */
  update(state: PanelState): Report | null;
}

/** Builds the frame in the page's body, before the window's `load` event; the title is for screen readers. */
export function createFrame(title: string): PanelFrame {
  reportErrors();
  registerToolkit();
  const status = h("div", { class: "status", role: "status" });
  const notice = h("section", { class: "notice", "aria-label": "State of the trace" });
  const content = h("div", { class: "content", hidden: true }, h("h1", { class: "hidden" }, title));
  document.body.append(h("main", {}, notice, content), status);
  let shown = "";
  return {
    content,
    update(state) {
      const message = notice.querySelector("[data-message]");
      document.body.toggleAttribute("data-saved", state.saved !== null);
      if (noticeKey(state) !== shown) notice.replaceChildren(...savedParts(state), ...noticeFor(state));
      else if (message && state.trace.kind === "running") message.textContent = state.trace.message;
      shown = noticeKey(state);
      content.hidden = state.report === null;
      status.replaceChildren(...(state.report ? [summaryOf(state.report, state.diagnosing)] : []));
      return state.report;
    },
  };
}

/** The same as long as the buttons of the notice may stay: one that is replaced under the mouse cannot be clicked. */
function noticeKey({ trace, report, stale, saved }: PanelState): string {
  const { kind } = trace;
  return JSON.stringify([kind === "running" ? kind : trace, stale, report?.failure, report === null, saved]);
}

function savedParts({ saved, report }: PanelState): HTMLElement[] {
  return saved && report ? savedLine(saved, report) : [];
}

/** "digits-mlp.ts · loss 2.31 · float32 on the CPU · 18 ms" */
function summaryOf({ file, loss, dtype, device, durationMs, omitted }: Report, { kind }: DiagnosisState) {
  const parts = [
    baseName(file),
    loss ? `loss ${formatNumber(loss.value, 4)}` : "no loss",
    `${dtype} on the ${device.used.toUpperCase()}`,
    showDuration(durationMs),
    omitted > 0 ? `${showTimes(omitted, "more operation")} ${omitted === 1 ? "is" : "are"} not shown` : "",
    kind === "ready" ? "" : kind === "running" ? "diagnosing …" : "not diagnosed",
  ];
  return h("span", { title: device.reason }, parts.filter((part) => part !== "").join(" · "));
}
