/** Which tensors of a run become nodes of the report, in which order. */

import type { Node } from "../core/tape";
import { detached, type Tensor } from "../core/tensor";
import type { Run } from "./run";

/** Operations of more are left out of the middle of a run. */
const MAX_NODES = 200_000;

export interface Numbered {
  /** By node id: leaves stand before their first use. */
  readonly tensors: readonly Tensor[];
  readonly operations: readonly (Node | null)[];
  readonly ids: ReadonlyMap<Tensor, number>;
  /** Operations left out because there were too many. */
  readonly omitted: number;
}

/** Numbers the tensors of a run. Leaves that nothing used are nodes when a variable or a module (`held`) holds them. */
export function numberTensors(run: Run, held: ReadonlySet<Tensor>, limit = MAX_NODES): Numbered {
  const { kept, omitted } = choose(run, limit);
  const recorded = new Set(kept.map((node) => node.out));
  const tensors: Tensor[] = [];
  const operations: (Node | null)[] = [];
  const ids = new Map<Tensor, number>();
  const number = (x: Tensor, node: Node | null) => {
    if (ids.has(x)) return;
    ids.set(x, tensors.length);
    tensors.push(x);
    operations.push(node);
  };
  const leaf = (x: Tensor) => {
    if (recorded.has(x) || ids.has(x)) return;
    const origin = detached.get(x);
    if (origin !== undefined && !recorded.has(origin)) leaf(origin);
    number(x, null);
  };
  const unused = unusedLeaves(run, held);
  const comesLater = (x: Tensor) => recorded.has(detached.get(x) ?? x);
  for (const x of unused) if (!comesLater(x)) leaf(x);
  for (const node of kept) {
    for (const x of node.inputs) leaf(x);
    number(node.out, node);
  }
  for (const x of unused) leaf(x);
  if (run.loss !== null && !run.loss.isForgotten) leaf(run.loss);
  return { tensors, operations, ids, omitted };
}

function unusedLeaves(run: Run, held: ReadonlySet<Tensor>): Tensor[] {
  const bound = run.tape.notes.bindings.slice(0, MAX_NODES).map(({ tensor }) => tensor);
  const used = new Set<Tensor>();
  for (const { inputs } of run.tape.nodes) for (const x of inputs) used.add(x);
  const unused = [...held, ...bound].filter((x) => x.node === null && !x.isForgotten && !used.has(x));
  return [...new Set(unused)];
}

/** Of too many operations those that carry a gradient come first, and of these the first and the last ones. */
function choose(run: Run, limit: number): { kept: readonly Node[]; omitted: number } {
  // What a model forgot has no values to show.
  const nodes = run.tape.nodes.filter(
    ({ out, inputs }) => !out.isForgotten && inputs.every((x) => !x.isForgotten),
  );
  if (nodes.length <= limit) return { kept: nodes, omitted: 0 };
  const carries = (node: Node) => run.gradients?.has(node.out) ?? node.out.requiresGrad;
  const important = ends(nodes.filter(carries), limit);
  const rest = ends(
    nodes.filter((node) => !carries(node)),
    limit - important.length,
  );
  const kept = [...important, ...rest].sort((a, b) => a.id - b.id);
  return { kept, omitted: nodes.length - kept.length };
}

function ends<T>(list: readonly T[], count: number): readonly T[] {
  if (list.length <= count) return list;
  const head = Math.ceil(count / 2);
  const tail = count - head;
  return [...list.slice(0, head), ...(tail > 0 ? list.slice(-tail) : [])];
}
