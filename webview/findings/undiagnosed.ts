/** What stands in the place of findings while nobody knows them: the diagnosis is under way, was stopped, or failed. */
import { post } from "../bridge";
import { h, icon } from "../dom";
import type { DiagnosisState } from "../protocol";
import { replaceInPlace } from "../replace-in-place";
import { button, progressRing } from "../toolkit";

/** @param isKept whether what is there, of the run before, stays below */
export function drawUndiagnosed(body: HTMLElement, diagnosing: DiagnosisState, isKept: boolean): void {
  if (diagnosing.kind === "running" && isKept) {
    if (!body.querySelector(".diagnosing")) body.prepend(diagnosingBanner());
    return;
  }
  replaceInPlace(body, [diagnosing.kind === "running" ? diagnosingPage() : undiagnosed(diagnosing)]);
}

const stop = () => post("stop");

function diagnosingBanner(): HTMLElement {
  return h(
    "section",
    { class: "diagnosing banner info", role: "status" },
    progressRing(),
    h("p", {}, "Diagnosing … Shown below is what was found in the run before."),
    button("Stop", stop),
  );
}

function diagnosingPage(): HTMLElement {
  return h(
    "section",
    { class: "page", role: "status" },
    progressRing(),
    h("h1", {}, "Diagnosing …"),
    h(
      "p",
      {},
      "The run is over, and its graph and gradients are there. What keeps it from training is looked for now.",
    ),
    button("Stop", stop, { icon: "debug-stop" }),
  );
}

function undiagnosed(diagnosing: DiagnosisState): HTMLElement {
  const isFailed = diagnosing.kind === "failed";
  return h(
    "section",
    { class: isFailed ? "page failed" : "page", role: isFailed ? "alert" : "status" },
    isFailed ? icon("error", "error") : icon("debug-stop"),
    h("h1", {}, isFailed ? "This run could not be diagnosed" : "The diagnosis was stopped"),
    isFailed && h("p", {}, h("strong", {}, diagnosing.message)),
    h("p", {}, "What would be found in it is not known. The graph and the gradients of the run are there."),
    button("Trace Again", () => post("trace"), { runs: true, icon: "refresh", primary: true }),
  );
}
