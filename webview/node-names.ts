/** What nodes are called: the variable or field that held them, numbered when it held several, else the operation. */
import type { Report } from "../engine/report/report";

const known = new WeakMap<Report, readonly string[]>();

/** By node id: "net.fc1.weight", "h", "h #3" for the third tensor that h held, "matmul". */
export function nodeNames(report: Report): readonly string[] {
  const names = known.get(report) ?? numbered(report);
  known.set(report, names);
  return names;
}

function numbered({ nodes }: Report): string[] {
  const total = new Map<string, number>();
  for (const { name } of nodes) if (name !== null) total.set(name, (total.get(name) ?? 0) + 1);
  const seen = new Map<string, number>();
  return nodes.map(({ name, op }) => {
    if (name === null) return op;
    const count = (seen.get(name) ?? 0) + 1;
    seen.set(name, count);
    return total.get(name) === 1 ? name : `${name} #${count}`;
  });
}
