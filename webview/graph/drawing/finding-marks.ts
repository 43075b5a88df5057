/** Which boxes findings blame, and how much. */
import type { Report } from "../../../engine/report/report";
import { byGravity, type Severity } from "../../../engine/report/severity";
import type { BoxGraph } from "../model/boxes";

export interface Mark {
  readonly severity: Severity;
  /** The first finding in words, and how many more there are. */
  readonly text: string;
}

/** By index of the box. */
export function findingMarks({ findings }: Report, { boxOf }: BoxGraph): Map<number, Mark> {
  const byBox = new Map<number, Report["findings"][number][]>();
  for (const finding of findings) {
    const box = finding.node === null ? -1 : (boxOf[finding.node] ?? -1);
    if (box < 0) continue;
    const list = byBox.get(box);
    if (list) list.push(finding);
    else byBox.set(box, [finding]);
  }
  return new Map(
    [...byBox].map(([box, list]) => {
      const [worst] = list.toSorted(byGravity);
      const rest = list.length > 1 ? ` and ${list.length - 1} more` : "";
      return [
        box,
        {
          severity: worst?.severity ?? "warning",
          text: `finding: ${worst?.title ?? worst?.rule ?? ""}${rest}`,
        },
      ];
    }),
  );
}
