/** All nodes of a report as a table for other programs, with full precision. */

import { formatShape } from "../../engine/core/number-text";
import type { Report } from "../../engine/report/report";
import { toCsv } from "../csv";
import { nodeNames } from "../node-names";

const header = [
  "id",
  "name",
  "operation",
  "layer",
  "shape",
  "value norm",
  "gradient norm",
  "gradient not finite",
  "gain",
  "file",
  "line",
  "column",
];

export function nodesCsv(report: Report): string {
  const names = nodeNames(report);
  const rows = report.nodes.map(({ id, op, scope, shape, value, grad, gain, site }) => [
    id,
    names[id] ?? op,
    op,
    report.scopes[scope]?.path ?? "",
    formatShape(shape),
    value.norm,
    grad?.norm ?? null,
    grad?.nonFinite ?? null,
    gain,
    site?.file ?? null,
    site?.line ?? null,
    site?.column ?? null,
  ]);
  return toCsv(header, rows);
}
