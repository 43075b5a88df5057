/** The pictures below an open row: error over the tensor, gradient against difference, error over the step. */

import { formatNumber, formatPair } from "../../engine/core/number-text";
import { showIndex, unravel } from "../../engine/report/element-index";
import type { CheckDetails, CheckedRow } from "../../engine/report/questions";
import type { Check } from "../../engine/report/report";
import { post } from "../bridge";
import { toCsv } from "../csv";
import { h } from "../dom";
import { drawTable } from "../table";
import { button, progressRing } from "../toolkit";
import { requestCurve, requestDetails } from "../values";
import { drawErrorCurve } from "./error-curve";
import { elementRows, furthest, relativeErrors, worstOf } from "./errors";
import { heatMap } from "./heat-map";
import { drawScatter } from "./scatter";

export interface Pictures {
  readonly element: HTMLElement;
  /** Asks for the numbers, once. */
  load(): void;
}

const listed = 10;

export function pictures(check: Check, nth: number): Pictures {
  const { target, parameter, elements } = check;
  const row: CheckedRow = { target, parameter, nth };
  const element = h("div", { class: "pictures" });
  let isAsked = false;
  const ask = () => {
    element.replaceChildren(loading("Reading the numbers of this check"));
    requestDetails(row, elements).then(
      (details) => element.replaceChildren(...contentOf(check, row, details)),
      (error: unknown) => element.replaceChildren(note(messageOf(error)), button("Try Again", ask)),
    );
  };
  return {
    element,
    load() {
      if (isAsked || check.checked === 0) return;
      isAsked = true;
      ask();
    },
  };
}

function contentOf(check: Check, row: CheckedRow, details: CheckDetails): HTMLElement[] {
  const errors = relativeErrors(details, check.outcome !== "fail");
  const curveBox = h("div", { class: "curve-box" });
  let asked = new AbortController();
  const choose = (index: number) => {
    // The curve of the element that was chosen before is not wanted any more.
    asked.abort();
    asked = new AbortController();
    showCurve(curveBox, row, index, { shape: details.shape, signal: asked.signal });
  };
  const worst = check.worst ? flatIndex(check.worst.index, details.shape) : worstOf(errors);
  if (worst >= 0) choose(worst);
  const compared = errors.filter((error) => !Number.isNaN(error)).length;
  // A picture of one element says nothing that its numbers do not.
  const isAlone = compared <= 1;
  const figures = isAlone ? [] : [heatMap(details, errors, worst, choose), drawScatter(details, errors)];
  return [
    ...(compared < details.analytic.length ? [note(fewText(compared, check))] : []),
    h("div", { class: "figures" }, figures, curveBox),
    ...(isAlone ? [] : [furthestTable(details, errors), copyButton(row, details, errors)]),
  ];
}

function fewText(compared: number, { method, elements }: Check): string {
  if (method === "every-element") return "The check was stopped before it had compared every element.";
  const few =
    compared === 0 ? "no element was" : `${compared === 1 ? "one element was" : `${compared} elements were`}`;
  return `Along random directions, ${few} compared alone. Raise the setting gradlens.check.limit to ${elements} to see them all.`;
}

function showCurve(
  box: HTMLElement,
  row: CheckedRow,
  index: number,
  { shape, signal }: { readonly shape: readonly number[]; readonly signal: AbortSignal },
) {
  if (box.childElementCount === 0) box.replaceChildren(loading("Computing the error over the step"));
  requestCurve(row, index, signal).then(
    (curve) => {
      const title = showIndex(unravel(index, shape));
      if (!signal.aborted) box.replaceChildren(drawErrorCurve(curve, title));
    },
    (error: unknown) => {
      if (!signal.aborted) box.replaceChildren(note(messageOf(error)));
    },
  );
}

function furthestTable({ analytic, numeric, shape }: CheckDetails, errors: Float64Array): HTMLElement {
  const columns = ["Element", "Gradient", "Difference", "Relative error"];
  const rows = furthest(errors, listed).map((i) => [
    showIndex(unravel(i, shape)),
    ...formatPair(analytic[i] ?? 0, numeric[i] ?? 0, 8),
    formatNumber(errors[i] ?? 0, 2),
  ]);
  const head = columns.map((name, i) => ({ name, isNumber: i > 0 }));
  return h(
    "details",
    {},
    h("summary", {}, "Elements that are furthest apart"),
    drawTable("Elements that are furthest apart", head, rows),
  );
}

function copyButton(row: CheckedRow, details: CheckDetails, errors: Float64Array): HTMLElement {
  const header = ["index", "analytic", "numeric", "absolute error", "relative error"];
  const copy = button(
    "Copy All Elements as CSV",
    () => post("copy", { text: toCsv(header, elementRows(details, errors)) }),
    { icon: "copy" },
  );
  copy.setAttribute("aria-label", `${copy.textContent}: ${row.parameter}`);
  return copy;
}

function flatIndex(index: readonly number[], shape: readonly number[]): number {
  return index.reduce((flat, at, dimension) => flat * (shape[dimension] ?? 1) + at, 0);
}

function loading(text: string): HTMLElement {
  const stop = button("Stop", () => post("stop"));
  return h("div", { class: "loading", role: "status" }, progressRing(), h("span", {}, text), stop);
}

function note(text: string): HTMLElement {
  return h("p", { class: "dimmed", role: "status" }, text);
}

function messageOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.charAt(0).toUpperCase() + message.slice(1);
}
