/** Gradient checks as text: a row a parameter, then what is wrong with those that failed. */

import { showCount, showDuration, showNumber } from "../core/number-text";
import { checkName, countVerdicts, gravest, markOf } from "../report/checks";
import { showIndex } from "../report/element-index";
import { type CheckSettings, DEFAULT_BUDGET_MS } from "../report/questions";
import type { Check, VerdictLook } from "../report/report";
import { showSeconds } from "../runner/time-limit";
import type { FileOutcome } from "./file-outcome";
import { type ReadLine, showFinding, snippet } from "./messages";
import { type Style, textTable } from "./terminal";

/** Of the findings only those of the check: `gradlens trace` shows those of the run. */
export function checksText(
  { checks, findings }: Pick<FileOutcome, "checks" | "findings">,
  style: Style,
  lines?: ReadLine,
): string {
  const columns = [
    { title: "" },
    { title: "parameter" },
    { title: "verdict" },
    { title: "checked", align: "right" },
    { title: "worst relative error", align: "right" },
    { title: "at" },
  ] as const;
  const rows = checks.map((check) => [
    markOf(check),
    checkName(check),
    check.look.title,
    amount(check),
    check.worst ? showNumber(check.worst.relError) : "–",
    check.worst ? showIndex(check.worst.index) : "",
  ]);
  const notes = checks
    .filter(({ outcome }) => outcome !== "pass")
    .map((check) => explain(check, style, lines));
  const unused = findings
    .filter(({ rule }) => rule === "unused-intent")
    .map((finding) => showFinding(finding, style, lines));
  return [textTable(columns, rows, style), ...notes, ...unused, summary(checks, style)].join("\n\n");
}

type Tone = VerdictLook["tone"];

const paints: Readonly<Record<Tone, "green" | "red" | "yellow" | "blue">> = {
  ok: "green",
  error: "red",
  warning: "yellow",
  info: "blue",
};

function amount({ method, checked, elements }: Check): string {
  return method === "every-element"
    ? `${showCount(checked)}/${showCount(elements)}`
    : `${showCount(checked)} ${checked === 1 ? "direction" : "directions"} of ${showCount(elements)}`;
}

function explain(check: Check, style: Style, lines: ReadLine | undefined): string {
  const { message, culprit, site } = check;
  const paint = style[paints[check.look.tone]];
  const parts = [`${paint(style.bold(`${markOf(check)} ${checkName(check)}`))}${style.bold(`: ${message}`)}`];
  const place = culprit?.site ?? site;
  // Of a large model that had too little time there may be a hundred of them, and nothing is wrong at their lines.
  if (place && check.verdict !== "unfinished") parts.push(snippet(place, style, paint, lines));
  return parts.join("\n");
}

/** What the checks come to, green only when something passed, nothing failed and nothing was left out. */
function summary(checks: readonly Check[], style: Style): string {
  const speaker = gravest(checks);
  const elements = checks.reduce((sum, { checked }) => sum + checked, 0);
  // The error of a kink, or of what is meant, says nothing about the rest.
  const judged = checks.filter(({ outcome }) => outcome !== "note");
  const worst = Math.max(0, ...judged.map(({ worst: element }) => element?.relError ?? 0));
  const ms = checks.reduce((sum, { durationMs }) => sum + durationMs, 0);
  const facts = [
    countVerdicts(checks),
    `${showCount(elements)} elements compared`,
    `worst relative error ${showNumber(worst)}`,
    showDuration(ms),
  ];
  return style[paints[speaker?.look.tone ?? "warning"]](`${markOf(speaker)} gradcheck: ${facts.join(" · ")}`);
}

/** How to give a check more time that had too little; "" when it had enough. */
export function moreTime(
  { checks, tookMs }: Pick<FileOutcome, "checks" | "tookMs">,
  { budgetMs = DEFAULT_BUDGET_MS }: CheckSettings,
): string {
  const isShort = checks.some(
    ({ verdict, complete }) => verdict === "unfinished" || (!complete && tookMs >= budgetMs),
  );
  if (!isShort) return "";
  const had = showSeconds(budgetMs);
  return `\nThe check had ${had}. --budget SECONDS gives it more; --target NAME gives all of it to one layer.`;
}
