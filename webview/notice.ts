/** What a panel says of the state of its trace: nothing yet, running, stopped, failed, stale; and what to do next. */
import type { Failure, Site } from "../engine/report/report";
import { post } from "./bridge";
import { h, icon } from "./dom";
import type { Interrupted, LimitSetting } from "./protocol";
import type { PanelState } from "./reduce";
import { siteLink } from "./site-link";
import { button, progressRing } from "./toolkit";

/** A page when there is nothing else to show, else a banner above it. */
export function noticeFor({ trace, report, stale }: PanelState): HTMLElement[] {
  switch (trace.kind) {
    case "empty":
      return report ? [] : [emptyPage()];
    case "running":
      return report ? [runningBanner(trace.message)] : [runningPage(trace.message)];
    case "stopped":
      return [stopped(report !== null, stale)];
    case "failed":
      return [failed(trace, report !== null)];
    case "ready": {
      const failure = report?.failure;
      return [
        ...(failure ? [failed({ ...failure, reason: failure.kind }, true)] : []),
        ...(stale ? [staleBanner()] : []),
      ];
    }
  }
}

const trace = () => post("trace");
const stop = () => post("stop");

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
    button("Trace Backprop", trace, { primary: true, icon: "play", runs: true }),
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
    { class: isBanner ? "banner info" : "page", role: "status" },
    icon("debug-stop"),
    isBanner ? h("p", {}, kept) : h("h1", {}, "Stopped"),
    !isBanner && h("p", {}, "The run was ended before there was anything to show."),
    button("Trace Again", trace, { runs: true, icon: "refresh", primary: !isBanner }),
  );
}

function staleBanner() {
  return h(
    "section",
    { class: "banner warning" },
    icon("history", "warning"),
    h("p", {}, "The file has changed since this trace. Shown below is what the older text gave."),
    button("Trace Again", trace, { runs: true, icon: "refresh" }),
  );
}

interface Reason {
  readonly title: string;
  readonly icon: string;
  /** What to do when the failure itself does not say it. */
  readonly advice: string;
}

const look = "The output channel Gradlens has the details.";

const reasons: Readonly<Record<Failure["kind"], Reason>> = {
  model: { title: "The model failed", icon: "error", advice: "Mend the line, then trace again." },
  syntax: { title: "The file cannot be read", icon: "error", advice: "Mend the line, then trace again." },
  timeout: { title: "Out of time", icon: "watch", advice: "Make the model smaller, or raise the limit." },
  memory: { title: "Out of memory", icon: "database", advice: "Make the model smaller, or raise the limit." },
  exit: { title: "The model ended its process", icon: "error", advice: `Trace again without that. ${look}` },
  crash: { title: "The process of the model ended", icon: "error", advice: `Trace again. ${look}` },
  cancelled: { title: "Stopped", icon: "debug-stop", advice: "" },
  internal: { title: "This is a fault of Gradlens", icon: "bug", advice: `Trace again. ${look}` },
};

interface Failed {
  readonly reason: Failure["kind"];
  readonly message: string;
  readonly hint: string | null;
  readonly site: Site | null;
}

function failed({ reason, message, hint, site }: Failed, isBanner: boolean) {
  const { title, icon: symbol, advice } = reasons[reason];
  const isKept = h("p", { class: "dimmed" }, "Shown below is what was recorded before.");
  return h(
    "section",
    { class: isBanner ? "banner error" : "page failed", role: "alert" },
    icon(symbol, "error"),
    h(
      "div",
      { class: "text" },
      h("p", { class: "dimmed" }, title),
      isBanner ? h("p", {}, h("strong", {}, message)) : h("h1", {}, message),
      h("p", {}, sentence(hint ?? advice)),
      site && h("p", {}, "At ", siteLink(site)),
      isBanner && isKept,
    ),
    h(
      "div",
      { class: "actions" },
      button("Trace Again", trace, { runs: true, icon: "refresh", primary: !isBanner }),
      limitButton(reason, "timeout"),
    ),
  );
}

/** A banner about a check that did not come to its end. */
export function interruption({ target, reason, message, hint }: Interrupted): HTMLElement {
  const what = target === null ? "The check of the model" : `The check of ${target}`;
  const isStopped = reason === "cancelled";
  const { icon: symbol, advice } = reasons[reason];
  const rest = "What was compared by then stands below; the rest is open.";
  return h(
    "section",
    { class: `banner ${isStopped ? "info" : "error"}`, role: isStopped ? "status" : "alert" },
    icon(symbol, isStopped ? "info" : "error"),
    h(
      "div",
      { class: "text" },
      h("p", {}, h("strong", {}, isStopped ? `${what} was stopped.` : `${what} did not finish: ${message}.`)),
      h("p", {}, isStopped ? rest : `${sentence(hint ?? advice)} ${rest}`),
    ),
    h(
      "div",
      { class: "actions" },
      button("Check Again", () => post("check", { target }), { icon: "refresh", runs: true }),
      limitButton(reason, "check.budget"),
    ),
  );
}

/** Leads to the limit that was reached: that of memory, or the one of time that is given. */
function limitButton(reason: Failure["kind"], time: LimitSetting): HTMLElement | null {
  if (reason !== "timeout" && reason !== "memory") return null;
  const setting = reason === "memory" ? "memory" : time;
  return button("Change the Limit", () => post("limit", { setting }), { icon: "settings-gear", runs: true });
}

/** "is there a loop" as "Is there a loop.", as far as it does not end yet. */
function sentence(text: string): string {
  const whole = text.charAt(0).toUpperCase() + text.slice(1);
  return text === "" || /[.?!]$/.test(text) ? whole : `${whole}.`;
}
