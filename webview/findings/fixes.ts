/** What helps: advice, and changes of the text with what they did when they were tried. */
import { compareNorms, plainNorm, showChange } from "../../engine/report/comparing/gradients";
import { showEffect, showNorm, showTriedGradient } from "../../engine/report/follow-findings";
import type { Finding, Fix, TriedFix, TriedGradient } from "../../engine/report/report";
import { post } from "../bridge";
import { h, icon } from "../dom";
import { drawTable } from "../table";
import { button, progressRing } from "../toolkit";

/** Where the fixes stand. */
export interface FixesOf {
  readonly run: string;
  /** The finding's place among those of its run. */
  readonly index: number;
  readonly finding: Finding;
  readonly isStale: boolean;
  readonly trials: readonly TriedFix[];
}

export function fixList({ finding, ...rest }: FixesOf): HTMLElement | null {
  const items = finding.fixes.map((fix, at) => {
    const trial = rest.trials.find((each) => each.finding === rest.index && each.fix === at);
    return fixItem(fix, trial?.outcome ?? null, { ...rest, at });
  });
  return items.length === 0 ? null : h("ul", { class: "fixes" }, items);
}

type Outcome = TriedFix["outcome"] | null;

function fixItem(
  { title, detail, edits }: Fix,
  outcome: Outcome,
  { run, index, at, isStale }: Omit<FixesOf, "finding"> & { readonly at: number },
): HTMLElement {
  const isEdit = edits !== undefined && edits.length > 0;
  const apply = () => post("apply", { run, finding: index, fix: at });
  const isCured = outcome !== null && outcome !== "trying" && outcome.cured;
  // What was tried and does not cure is told, and not offered.
  const isOffered = isEdit && !isStale && (outcome === null || isCured);
  return h(
    "li",
    {},
    h(
      "div",
      { class: "text" },
      h("p", {}, h("strong", {}, title)),
      h("p", {}, detail),
      isEdit && h("p", { class: "outcome", role: "status" }, ...outcomeParts(outcome)),
      outcome !== null && outcome !== "trying" && gradientTable(outcome.gradients),
    ),
    isOffered
      ? button("Apply", apply, {
          runs: true,
          primary: isCured,
          title: `${title}, and trace again`,
          icon: "wand",
        })
      : null,
  );
}

/** Not tried, being tried, cured, did not cure: each in words beside its symbol. */
function outcomeParts(outcome: Outcome): (Node | string)[] {
  if (outcome === null) return [h("span", { class: "dimmed" }, "Not tried yet.")];
  if (outcome === "trying") return [progressRing(), "Being tried on a copy of the text …"];
  const { cured, effect, added, failure, seeds, gradients } = outcome;
  if (failure !== null)
    return [icon("error", "error"), `Did not cure: the changed model did not run. ${failure}`];
  const change = effect === null ? "" : showEffect(effect);
  const measured = change === "" ? "" : `: ${change}`;
  if (cured)
    return [
      icon("pass", "ok"),
      h(
        "span",
        {},
        h("strong", {}, "Cured"),
        `${measured}. Tried with ${seeds} ${seeds === 1 ? "seed" : "seeds"}.`,
      ),
    ];
  const came = added.length > 0 ? ` It brings ${added.join(", ").replaceAll("-", " ")}.` : "";
  const [starved] = gradients.filter(({ isStarved }) => isStarved);
  const took = starved ? ` It starves ${showTriedGradient(starved)}.` : "";
  return [icon("circle-slash", "warning"), `Did not cure${measured}.${came}${took}`];
}

/** Closed until somebody asks. */
function gradientTable(gradients: readonly TriedGradient[]): HTMLElement | null {
  if (gradients.length === 0) return null;
  const title = "Gradient by parameter, before → after";
  const rows = gradients.map(({ parameter, before, after, isStarved }) => [
    parameter,
    showNorm(before),
    showNorm(after),
    isStarved ? "starved" : timesOf(before, after),
  ]);
  const number = { isNumber: true };
  const columns = [
    { name: "Parameter" },
    { name: "Before", ...number },
    { name: "After", ...number },
    { name: "Change", ...number },
  ];
  return h("details", { class: "numbers" }, h("summary", {}, title), drawTable(title, columns, rows));
}

/** "× 12", "÷ 3.5" */
function timesOf(before: number | null, after: number | null): string {
  return showChange(compareNorms(plainNorm(before), plainNorm(after), 1), { a: "before", b: "after" });
}
