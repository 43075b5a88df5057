/** Writes where values that depend on something that takes a gradient went on without it. */
import { quietedAt } from "../core/record-operation";
import type { Node } from "../core/tape";
import { detached, type Tensor } from "../core/tensor";
import { optionalRow, type TableBuilder } from "./columns";
import type { Numbered } from "./numbered";
import type { Run } from "./run";
import type { SiteRows } from "./site-rows";

/** Operations without a derivative that are called by their own names. */
const named: ReadonlyMap<string, string> = new Map([
  ["argmax", "argmax"],
  ["argmin", "argmax"],
  ["cast", "cast"],
]);

export function writeCuts(run: Run, numbered: Numbered, builder: TableBuilder, sites: SiteRows): void {
  const { tensors, operations, ids } = numbered;
  const add = (from: Tensor, to: Tensor | null, how: string, at: number | string) => {
    const rows = { from: ids.get(from), to: to === null ? undefined : ids.get(to) };
    if (rows.from === undefined && rows.to === undefined) return;
    builder.add("cuts", {
      from: optionalRow(rows.from),
      to: optionalRow(rows.to),
      how: builder.text(how),
      site: optionalRow(sites.at(at)),
    });
  };
  tensors.forEach((x, id) => {
    const origin = detached.get(x);
    if (origin?.requiresGrad) add(origin, x, "detach", x.site);
    const node = operations[id] ?? null;
    if (node === null || node.isDerivative) return;
    // The values go on, but no gradient comes back through them.
    if (x.requiresGrad && node.op.role !== "stops") return;
    const quieted = quietedAt.get(x);
    const how = quieted === undefined ? howOf(node) : "noGrad";
    for (const from of new Set(node.inputs)) if (from.requiresGrad) add(from, x, how, quieted ?? x.site);
  });
  for (const { from, to, how, at } of run.tape.notes.taken.list) add(from, to, how, at);
}

function howOf({ op }: Node): string {
  return named.get(op.name) ?? "operation";
}
