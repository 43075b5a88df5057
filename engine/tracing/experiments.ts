/** Runs what was recorded again with other values of its leaves: what the diagnosis tries before it speaks. */
import { now } from "../core/clock";
import { newValues } from "../core/dtype";
import { HandedNorms } from "../core/handed-norms";
import { allOps } from "../core/op";
import { Node, quietly } from "../core/tape";
import { detached, Tensor } from "../core/tensor";
import { onesLike } from "../creation/create-like";
import type { OtherValues, Repeated } from "../diagnose/experiments";
import type { Experiments, Traced } from "../diagnose/traced";
import { openTrace } from "../report/open-trace";
import type { Trace } from "../report/trace";
import { sweep } from "../sweeps/reverse";
import type { Numbered } from "./numbered";
import { traceAgain } from "./trace-again";

/**
 * Null for a run that cannot be repeated: without a loss, or with operations that the model defines.
 * @param trace of the run, whose nodes are numbered
 * @param budget milliseconds that all experiments of a run may take together
 */
export function experimentsOn(numbered: Numbered, trace: Trace, budget: number): Experiments | null {
  const root = trace.head.loss?.node;
  if (root === undefined) return null;
  // What the model wrote itself may print, count or ask: it runs when the model says so, and at no other time.
  const isWritten = (node: Node | null) => node !== null && allOps().get(node.op.name) !== node.op;
  if (numbered.operations.some(isWritten)) return null;
  let left = budget;
  const within = <T>(work: () => T): T | null => {
    if (left <= 0) return null;
    const begun = now();
    try {
      return quietly(work);
    } catch {
      // An operation that refuses the changed values has nothing to tell: the experiment did not take place.
      return null;
    } finally {
      left -= now() - begun;
    }
  };
  const on = (given: OtherValues): Experiments => {
    const and = (leaves: OtherValues) => (given.size === 0 ? leaves : new Map([...given, ...leaves]));
    return {
      repeat: (leaves, { gradients = false } = {}) =>
        within(() => repeated(replay(numbered, root, and(leaves), { gradients }))),
      suppose: (leaves) =>
        within(() => {
          const all = and(leaves);
          const handed = new HandedNorms();
          return supposed(
            trace,
            numbered,
            replay(numbered, root, all, { gradients: true, handed }),
            handed,
            on(all),
          );
        }),
      isUsedUp: () => left <= 0,
    };
  };
  return on(new Map());
}

/** A run once more. */
interface Replay {
  readonly loss: Tensor;
  /** By node: the tensors that are no longer those of the run. */
  readonly tensors: ReadonlyMap<number, Tensor>;
  readonly gradients: ReadonlyMap<Tensor, Tensor> | null;
}

/** What is wanted of a replay besides values. */
interface Wanted {
  readonly gradients: boolean;
  /** Takes notes of what operations hand back. */
  readonly handed?: HandedNorms | null;
}

function replay(
  numbered: Numbered,
  root: number,
  leaves: OtherValues,
  { gradients, handed = null }: Wanted,
): Replay {
  const made = gradients ? behind(numbered, root) : null;
  const tensors = rerun(numbered, root, leaves, made);
  const loss = tensors.get(root) ?? numbered.tensors[root];
  if (loss === undefined) throw new Error("the loss is no node of the trace");
  const isSwept = gradients && loss.requiresGrad;
  return { loss, tensors, gradients: isSwept ? sweep(loss, onesLike(loss), { handed }) : null };
}

function repeated({ loss, tensors, gradients }: Replay): Repeated {
  const dataOf = (x: Tensor | undefined) => x?.data ?? null;
  return {
    loss: loss.item(),
    value: (node) => dataOf(tensors.get(node)),
    gradient: (node) => {
      const x = tensors.get(node);
      return x === undefined ? null : dataOf(gradients?.get(x));
    },
  };
}

/** The run as rules see it, with the values and gradients of the replay. */
function supposed(
  before: Trace,
  { tensors, operations }: Numbered,
  { tensors: changed, gradients, loss }: Replay,
  handed: HandedNorms,
  experiments: Experiments,
): Omit<Traced, "precision"> {
  const now = tensors.map((x, id) => changed.get(id) ?? x);
  const nodes = operations.map((node, id) => changed.get(id)?.node ?? node);
  const trace = traceAgain(before, { tensors: now, operations: nodes, gradients, handed, loss: loss.item() });
  const dataOf = (x: Tensor | undefined) => x?.data ?? null;
  const values: Traced["values"] = (node, of) => {
    const x = now[node];
    return dataOf(of === "value" || x === undefined ? x : gradients?.get(x));
  };
  return Object.assign(openTrace(trace), { trace, values, experiments, rewrite: null });
}

/** Nodes of which the loss is made. */
function behind({ tensors, operations, ids }: Numbered, root: number): Uint8Array {
  const found = new Uint8Array(tensors.length);
  found[root] = 1;
  for (let id = root; id >= 0; id--) {
    if (found[id] === 0) continue;
    for (const input of inputsOf(tensors[id] as Tensor, operations[id] ?? null)) {
      const at = ids.get(input);
      if (at !== undefined) found[at] = 1;
    }
  }
  return found;
}

function inputsOf(x: Tensor, node: Node | null): readonly Tensor[] {
  const origin = detached.get(x);
  return node?.inputs ?? (origin === undefined ? [] : [origin]);
}

/**
 * The tensors that other leaves change, up to the loss; with `all`, every one that it marks, since a backward pass needs them
 * with nodes of their own.
 */
function rerun(
  { tensors, operations, ids }: Numbered,
  root: number,
  leaves: OtherValues,
  all: Uint8Array | null,
): Map<number, Tensor> {
  const made = new Map<number, Tensor>();
  const now = (x: Tensor) => made.get(ids.get(x) ?? -1) ?? x;
  for (let id = 0; id <= root; id++) {
    const x = tensors[id] as Tensor;
    const changed = leaves.get(id);
    if (changed !== undefined) {
      const values = newValues(x.dtype, x.size);
      values.set(changed);
      made.set(id, new Tensor(values, x.shape, x.dtype, x.requiresGrad));
      continue;
    }
    const node = operations[id] ?? null;
    const inputs = inputsOf(x, node);
    const isAsked = all?.[id] === 1 || inputs.some((input) => made.has(ids.get(input) ?? -1));
    if (inputs.length > 0 && isAsked) made.set(id, again(x, node, inputs.map(now)));
    else if (all?.[id] === 1) made.set(id, x);
  }
  return made;
}

function again(x: Tensor, node: Node | null, inputs: readonly Tensor[]): Tensor {
  if (node === null) return new Tensor((inputs[0] as Tensor).data, x.shape, x.dtype);
  const out = node.op.forward(inputs, node.attrs);
  // An operation may hand its input back as it is; each node needs a tensor of its own.
  const own = new Tensor(out.data, out.shape, out.dtype, x.requiresGrad);
  if (x.requiresGrad) own.node = new Node(node.op, inputs, node.attrs, own, node.scope);
  return own;
}
