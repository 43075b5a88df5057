/** Where values of what takes a gradient go on without it. */
import { sizeOf } from "../../core/shape";

import { IS_LEAF, TAKES_GRADIENT } from "../../report/names";
import type { Site } from "../../report/report";
import { at, rowAt } from "../../report/trace";
import { lazily } from "../lazily";
import { siteInRow, type Traced } from "../traced";
import { behindLoss, inputsOf } from "./wires";

/** A place where a gradient ends. */
export interface GradientCut {
  /** What takes a gradient. */
  readonly from: number;
  /** What was made of its values and takes none; null where numbers left the tensors. */
  readonly to: number | null;
  /** As in the table of cuts, or the name of an operation that has no derivative. */
  readonly how: string;
  readonly site: Site | null;
}

/** Operations whose results are no numbers that could be moved a little. */
const withoutDerivative: ReadonlySet<string> = new Set([
  "argmax",
  "argmin",
  "argsort",
  "argmedian",
  "oneHot",
  "nonzero",
  "maxPoolIndices",
]);

/** All cuts of a run, in the order of what was made. */
export const cutsOf = lazily((traced): readonly GradientCut[] => {
  const { nodes, cuts } = traced.trace.tables;
  const told = new Map<number, string>();
  const found: GradientCut[] = [];
  for (let row = 0; row < cuts.from.length; row++) {
    const [from, to] = [rowAt(cuts.from, row), rowAt(cuts.to, row)];
    const how = traced.trace.texts[at(cuts.how, row)] ?? "";
    if (to !== null) told.set(to, how);
    if (from === null || (to !== null && isMadeOf(traced, to, from))) continue;
    const site = siteInRow(traced, rowAt(cuts.site, row));
    const copy = to === null ? copyOf(traced, from) : null;
    found.push({
      from,
      to: to ?? copy,
      how,
      site: (copy === null ? null : siteInRow(traced, rowAt(nodes.site, copy))) ?? site,
    });
  }
  const { starts, rows } = inputsOf(traced);
  const takes = (node: number) => (at(nodes.flags, node) & TAKES_GRADIENT) !== 0;
  for (let node = 0; node < nodes.flags.length; node++) {
    if (takes(node)) continue;
    for (let edge = at(starts, node); edge < at(starts, node + 1); edge++) {
      const from = at(rows, edge);
      if (!takes(from)) continue;
      const how = wayOf(traced, node, told.get(node));
      found.push({ from, to: node, how, site: siteInRow(traced, rowAt(nodes.site, node)) });
      break;
    }
  }
  return found.sort((a, b) => (a.to ?? a.from) - (b.to ?? b.from));
});

/** The next leaf of the same size and without history: what was made of the numbers that were read out of a result. */
function copyOf({ trace }: Traced, from: number): number | null {
  const { nodes } = trace.tables;
  const size = sizeOf(trace.shapes[at(nodes.shape, from)] ?? []);
  if (at(nodes.operation, from) === 0 || size === 1) return null;
  for (let node = from + 1; node < nodes.flags.length; node++) {
    const isPlain = at(nodes.flags, node) === IS_LEAF && at(nodes.inputs, node) === 0;
    if (isPlain && sizeOf(trace.shapes[at(nodes.shape, node)] ?? []) === size) return node;
  }
  return null;
}

function isMadeOf(traced: Traced, node: number, from: number): boolean {
  const { starts, rows } = inputsOf(traced);
  for (let edge = at(starts, node); edge < at(starts, node + 1); edge++)
    if (at(rows, edge) === from) return true;
  return false;
}

function wayOf({ trace }: Traced, node: number, told: string | undefined): string {
  const { nodes, operations } = trace.tables;
  const operation = rowAt(nodes.operation, node);
  const op = operation === null ? "detach" : (trace.texts[at(operations.name, operation)] ?? "");
  if (withoutDerivative.has(op) || op === "detach") return op;
  const dtype = trace.texts[at(nodes.dtype, node)] ?? "";
  if (dtype.startsWith("float")) return told ?? "noGrad";
  return op === "cast" ? `to("${dtype}")` : op;
}

/** Where gradients of the loss would have come from: the loss, or the last operation of a run that ended before there was one. */
const rootOf = lazily((traced): number | null => {
  if (traced.loss !== null) return traced.loss.node;
  if (traced.failure?.kind !== "model") return null;
  const { operation, flags, shape } = traced.trace.tables.nodes;
  const last = operation.length - 1;
  // A backward pass from a single number that takes no gradient; other failures have other reasons.
  const isLoss = last >= 0 && at(operation, last) > 0 && (at(flags, last) & TAKES_GRADIENT) === 0;
  return isLoss && sizeOf(traced.trace.shapes[at(shape, last)] ?? []) === 1 ? last : null;
});

/** 1 for each node whose values the loss depends on, also through copies that no operation made. */
export const valuesBehindLoss = lazily((traced): Uint8Array => {
  const found = behindLoss(traced).slice();
  const root = rootOf(traced);
  if (root === null) return found;
  found[root] = 1;
  const copied = new Map<number, number[]>();
  for (const { from, to } of cutsOf(traced))
    if (to !== null) copied.set(to, [...(copied.get(to) ?? []), from]);
  const { starts, rows } = inputsOf(traced);
  for (let node = root; node >= 0; node--) {
    if (found[node] !== 1) continue;
    for (let edge = at(starts, node); edge < at(starts, node + 1); edge++) found[at(rows, edge)] = 1;
    for (const from of copied.get(node) ?? []) if (from < node) found[from] = 1;
  }
  return found;
});
