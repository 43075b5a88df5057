/** The frame that all panels share: what to do when there is nothing yet, what failed, what is stale, what is under way. */

import { formatNumber, showDuration } from "../engine/number-text";
import type { Report, Site } from "../engine/report";
import { post, reportErrors } from "./bridge";
import { h, icon } from "./dom";
import { baseName } from "./format";
import type { PanelState } from "./reduce";
import { siteLink } from "./site-link";
import { button, progressRing, registerToolkit } from "./toolkit";

export interface Frame {
  /** Where the panel puts its own content. */
  readonly content: HTMLElement;
  /** Shows the state around the content; gives the report when there is one to show. */
  update(state: PanelState): Report | null;
}

/** Builds the frame in the page's body, before the window's `load` event; the title is for screen readers. */
export function createFrame(title: string): Frame {
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
      if (noticeKey(state) !== shown) notice.replaceChildren(...noticeFor(state));
      else if (message && state.trace.kind === "running") message.textContent = state.trace.message;
      shown = noticeKey(state);
      content.hidden = state.report === null;
      status.replaceChildren(...(state.report ? [summaryOf(state.report)] : []));
      return state.report;
    },
  };
}

/** The same as long as the buttons of the notice may stay: one that is replaced under the mouse cannot be clicked. */
function noticeKey({ trace, report, stale }: PanelState): string {
  const { kind } = trace;
  return JSON.stringify([kind === "running" ? kind : trace, stale, report?.failure, report === null]);
}

function noticeFor({ trace, report, stale }: PanelState): HTMLElement[] {
  switch (trace.kind) {
    case "empty":
      return report ? [] : [emptyPage()];
    case "running":
      return report ? [runningBanner(trace.message)] : [runningPage(trace.message)];
    case "stopped":
      return [stopped(report !== null, stale)];
    case "failed":
      return [failed(trace, report !== null)];
    case "ready":
      return [...(report?.failure ? [failed(report.failure, true)] : []), ...(stale ? [staleBanner()] : [])];
  }
}

const trace = () => post({ type: "trace" });
const stop = () => post({ type: "stop" });

function emptyPage() {
  return h(
    "section",
    { class: "page" },
    icon("type-hierarchy-sub"),
    h("h1", {}, "Nothing traced yet"),
    h(
      "p",
      {},
      "Open a model file that exports ",
      h("code", {}, "loss()"),
      " or calls ",
      h("code", {}, "backward()"),
      ", then run ",
      h("strong", {}, "Gradlens: Trace Backprop"),
      ".",
    ),
    button("Trace Backprop", trace, { primary: true, icon: "play" }),
  );
}

function runningPage(message: string) {
  return h(
    "section",
    { class: "page", role: "status" },
    progressRing(),
    h("h1", { "data-message": true }, message),
    h("p", {}, "The model runs in a process of its own; you can go on editing."),
    button("Stop", stop, { icon: "debug-stop" }),
  );
}

function runningBanner(message: string) {
  return h(
    "section",
    { class: "banner info", role: "status" },
    progressRing(),
    h("p", { "data-message": true }, message),
    button("Stop", stop),
  );
}

function stopped(isBanner: boolean, stale: boolean) {
  const kept = stale
    ? "Stopped. Shown below is what was known before; the file has changed since."
    : "Stopped. Shown below is what was known before.";
  return h(
    "section",
    { class: isBanner ? "banner info" : "page" },
    icon("debug-stop"),
    isBanner ? h("p", {}, kept) : h("h1", {}, "Stopped"),
    !isBanner && h("p", {}, "The run was ended before there was anything to show."),
    button("Trace Again", trace, { icon: "refresh", primary: !isBanner }),
  );
}

function staleBanner() {
  return h(
    "section",
    { class: "banner warning" },
    icon("history", "warning"),
    h("p", {}, "The file has changed since this trace."),
    button("Trace Again", trace, { icon: "refresh" }),
  );
}

interface Failed {
  readonly message: string;
  readonly hint: string | null;
  readonly site: Site | null;
}

function failed({ message, hint, site }: Failed, isBanner: boolean) {
  const isKept = h("p", { class: "dimmed" }, "Shown below is what was recorded before.");
  return h(
    "section",
    { class: isBanner ? "banner error" : "page failed", role: "alert" },
    icon("error", "error"),
    h(
      "div",
      { class: "text" },
      isBanner ? h("p", {}, h("strong", {}, message)) : h("h1", {}, message),
      hint && h("p", {}, hint.charAt(0).toUpperCase() + hint.slice(1)),
      site && h("p", {}, "At ", siteLink(site)),
      isBanner && isKept,
    ),
    button("Trace Again", trace, { icon: "refresh", primary: !isBanner }),
  );
}

/** "digits-mlp.ts · loss 2.31 · float32 on the CPU · 18 ms" */
function summaryOf({ file, loss, dtype, device, durationMs, omitted }: Report) {
  const parts = [
    baseName(file),
    loss ? `loss ${formatNumber(loss.value, 4)}` : "no loss",
    `${dtype} on the ${device.used.toUpperCase()}`,
    showDuration(durationMs),
    omitted > 0 ? `${omitted} more operations are not shown` : "",
  ];
  return h("span", { title: device.reason }, parts.filter((part) => part !== "").join(" · "));
}
