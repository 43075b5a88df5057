/** Compared gradients as text: a row a parameter, then the count. */

import { showNumber, showPair } from "../core/number-text";
import { showShape } from "../core/shape";
import { showIndex } from "../report/element-index";
import type { ComparedGradient } from "./against";
import { isDifferent } from "./against";
import { type Style, textTable } from "./terminal";

const words: Readonly<Record<ComparedGradient["kind"], string>> = {
  same: "same",
  differs: "differs",
  shape: "another shape",
  missing: "not in the reference",
  superfluous: "not in the run",
};

export function showCompared(rows: readonly ComparedGradient[], rtol: number, style: Style): string {
  const columns = [
    { title: "" },
    { title: "parameter" },
    { title: "shape" },
    { title: "gradient" },
    { title: "worst relative error", align: "right" },
    { title: "at" },
    { title: "found", align: "right" },
    { title: "expected", align: "right" },
  ] as const;
  const cells = rows.map((row) => [
    isDifferent(row) ? "✗" : "✓",
    row.name,
    showShape(row.shape),
    row.kind === "same" && row.reference === null ? "none in both" : words[row.kind],
    ...numbersOf(row),
  ]);
  return `${textTable(columns, cells, style)}\n\n${summary(rows, rtol, style)}`;
}

function numbersOf(row: ComparedGradient): string[] {
  if (row.kind === "shape") return ["", "", "", showShape(row.expected)];
  if (row.kind === "missing" || row.kind === "superfluous" || row.worst === null) return [];
  const { index, found, expected, relError } = row.worst;
  return [showNumber(relError), showIndex(index), ...showPair(found, expected)];
}

function summary(rows: readonly ComparedGradient[], rtol: number, style: Style): string {
  const different = rows.filter(isDifferent).length;
  const paint = different > 0 ? style.red : style.green;
  const mark = different > 0 ? "✗" : "✓";
  const same = `${rows.length - different} of ${rows.length} gradients are those of the reference`;
  return paint(`${mark} ${same}, within ${showNumber(rtol)} of their size`);
}
