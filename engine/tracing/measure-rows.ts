/** Rows of a trace that are measured: what values and gradients are like, and what operations hand back. */
import { normOf } from "../core/norm-of";
import { type Node, quietly, type Tape } from "../core/tape";
import type { Tensor } from "../core/tensor";
import type { Tables } from "../report/schema";
import { measure } from "../report/stats";
import { NOTHING } from "../report/steps";
import { at } from "../report/trace";
import type { TableBuilder } from "./columns";
import type { Numbered } from "./numbered";
import type { Run } from "./run";

export function writeGradients(grads: readonly (Tensor | null)[], builder: TableBuilder): void {
  const gradients = builder.columns("gradients");
  grads.forEach((grad, id) => {
    if (grad === null) return;
    gradients.node.push(id);
    writeMeasures(gradients, grad, builder, id, 1);
  });
}

type Measures = Record<"min" | "max" | "mean" | "std" | "norm" | "zeros" | "nonFinite", number[]>;

/** The statistics of a value (0) or of a gradient (1), and the very element where it is alone and not finite. */
export function writeMeasures(
  to: Measures,
  { data }: Tensor,
  builder: TableBuilder,
  node: number,
  of: 0 | 1,
): void {
  const { min, max, mean, std, norm, zeros, nonFinite } = measure(data);
  to.min.push(min);
  to.max.push(max);
  to.mean.push(mean);
  to.std.push(std);
  to.norm.push(norm);
  to.zeros.push(zeros);
  to.nonFinite.push(nonFinite);
  if (data.length === 1 && nonFinite === 1) builder.add("singles", { node, of, element: data[0] as number });
}

/** The part of a run that tells what its operations handed back. */
type Swept = Pick<Run, "gradients" | "handed"> & { readonly tape: Pick<Tape, "nodes"> };

/** Which node is made of which. */
type Wires = {
  readonly edges: Pick<Tables["edges"], "input">;
  readonly nodes: Pick<Tables["nodes"], "inputs">;
};

/** What operations hand back along their edges, where that is not the whole gradient that is shown of an input. */
export function writeHandedBack(
  run: Swept,
  { tensors, operations, ids }: Omit<Numbered, "omitted">,
  grads: readonly (Tensor | null)[],
  builder: TableBuilder,
  { edges, nodes }: Wires = { edges: builder.columns("edges"), nodes: builder.columns("nodes") },
): void {
  const { gradients } = run;
  const uses = new Uint32Array(tensors.length);
  for (const node of run.tape.nodes) {
    if (!gradients?.has(node.out)) continue;
    for (const x of node.inputs) {
      const id = ids.get(x);
      if (id !== undefined) uses[id] = (uses[id] as number) + 1;
    }
  }
  const { input } = edges;
  const counts = nodes.inputs;
  let edge = 0;
  tensors.forEach((x, id) => {
    const received = gradients?.get(x);
    const node = operations[id] ?? null;
    for (let position = 0; position < at(counts, id); position++, edge++) {
      const from = at(input, edge);
      const shown = grads[from] ?? null;
      if (shown === null || grads[id] === null) continue;
      const swept = gradients?.get(tensors[from] as Tensor) ?? null;
      // With one use, the gradient that was accumulated is what this operation handed back.
      const isOnly = uses[from] === 1 && node !== null && received !== undefined;
      if (isOnly && swept === shown) continue;
      const noted = node && !isOnly ? (run.handed?.of(node, position) ?? null) : null;
      if (noted === null) {
        const part = isOnly ? swept : node && received ? partOf(node, position, received) : null;
        builder.add("handed", { edge, norm: part === null ? NOTHING : normOf(part.data) });
      } else builder.add("handed", { edge, norm: noted });
    }
  });
}

/** The part of the gradient that `node` hands to its input i, or null when none passes. */
function partOf(node: Node, i: number, g: Tensor): Tensor | null {
  const rule = node.inputs[i]?.requiresGrad ? node.op.vjp(i, node) : null;
  return rule === null ? null : quietly(() => rule(g, node));
}
