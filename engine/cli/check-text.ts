/** Gradient checks as text: a row a parameter, then what is wrong with those that failed. */
import { isFailure } from "../check/verdict";
import type { Check } from "../report";
import { snippet } from "./messages";
import { type Style, showCount, showNumber, table } from "./terminal";

export function showChecks(checks: readonly Check[], style: Style): string {
  const columns = [
    { title: "" },
    { title: "parameter" },
    { title: "verdict" },
    { title: "checked", align: "right" },
    { title: "worst relative error", align: "right" },
    { title: "at" },
  ] as const;
  const rows = checks.map((check) => [
    mark(check),
    nameOfCheck(check),
    check.verdict,
    amount(check),
    showNumber(check.worst?.relError),
    check.worst ? `[${check.worst.index.join(", ")}]` : "",
  ]);
  const notes = checks.filter(({ verdict }) => verdict !== "ok").map((check) => explain(check, style));
  return [table(columns, rows, style), ...notes, summary(checks, style)].join("\n\n");
}

function mark(check: Check): string {
  return check.verdict === "ok" ? "✓" : isFailure(check) ? "✗" : "!";
}

/** "net.fc1.weight", or the target alone. */
export function nameOfCheck({ target, parameter }: Check): string {
  return target === "" || target === parameter
    ? parameter
    : parameter === ""
      ? target
      : `${target}.${parameter}`;
}

function amount({ method, checked, elements }: Check): string {
  return method === "every-element"
    ? `${showCount(checked)}/${showCount(elements)}`
    : `${showCount(checked)} directions of ${showCount(elements)}`;
}

function explain(check: Check, style: Style): string {
  const { message, culprit, site } = check;
  const paint = isFailure(check) ? style.red : style.yellow;
  const parts = [`${paint(style.bold(`${mark(check)} ${nameOfCheck(check)}`))}${style.bold(`: ${message}`)}`];
  const place = culprit?.site ?? site;
  if (place) parts.push(snippet(place, style, paint));
  return parts.join("\n");
}

function summary(checks: readonly Check[], style: Style): string {
  const failed = checks.filter(isFailure).length;
  const ok = checks.filter(({ verdict }) => verdict === "ok").length;
  const elements = checks.reduce((sum, { elements: count }) => sum + count, 0);
  const worst = Math.max(...checks.map(({ worst: element }) => element?.relError ?? 0));
  const ms = checks.reduce((sum, { durationMs }) => sum + durationMs, 0);
  const facts = [
    `${ok} of ${checks.length} parameters ok`,
    `${showCount(elements)} elements`,
    `worst relative error ${showNumber(worst)}`,
    `${Math.round(ms)} ms`,
  ];
  return (failed > 0 ? style.red : style.green)(`${failed > 0 ? "✗" : "✓"} gradcheck: ${facts.join(" · ")}`);
}
