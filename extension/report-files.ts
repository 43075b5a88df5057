/** Which files a report speaks of. */
import type { Report } from "../engine/report/report";

const files = new WeakMap<Report, ReadonlySet<string>>();

export function filesOf(report: Report | null): ReadonlySet<string> {
  if (!report) return new Set();
  const known = files.get(report);
  if (known) return known;
  const sites = [...report.nodes, ...report.scopes, ...report.bindings].flatMap(
    ({ site }) => site?.file ?? [],
  );
  const found = new Set(sites);
  files.set(report, found);
  return found;
}
