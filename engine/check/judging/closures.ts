/** Operations of the model file that read a tensor from outside: what is no input gets no gradient. */

import { normOf } from "../../core/norm-of";
import { allOps } from "../../core/op";
import type { Tensor } from "../../core/tensor";
import { inFloat64, type Replay } from "../differences/replay";
import { isCut, type ReplayStep } from "../differences/replay-step";

/** An operation, and a tensor that its forward pass reads without taking it as an input. */
export interface Closure {
  readonly step: ReplayStep;
  readonly tensor: Tensor;
}

/** Calls of one operation on one line that are tried. */
const CALLS = 2;
/** How far a tensor is moved, relative to its size: no operation overlooks that. */
const MOVE = 0.37;

/**
 * Moves each of the tensors and looks whether the operations of the file give something else for the same inputs.
 * Tensors are put back.
 * @param tensors those to which a gradient should lead
 */
export function findClosures({ steps }: Replay, tensors: readonly Tensor[]): Closure[] {
  const seen = new Map<string, number>();
  const candidates = tensors.filter((x) => x.requiresGrad && !x.isForgotten && x.size > 0);
  return steps.flatMap((step) => {
    if (isCut(step) || !isCustom(step)) return [];
    const key = `${step.node.op.name} ${step.recorded.out.site}`;
    const count = seen.get(key) ?? 0;
    seen.set(key, count + 1);
    if (count >= CALLS) return [];
    const before = resultOf(step);
    if (before === null || !isSame(before, resultOf(step))) return [];
    const changes = (some: readonly Tensor[]) =>
      !isSame(
        before,
        whileMoved(some, () => resultOf(step)),
      );
    return readAmong(candidates, changes).map((tensor) => ({ step, tensor }));
  });
}

/** True for operations that the model file defines. */
export function isCustom({ node: { op } }: ReplayStep): boolean {
  return allOps().get(op.name) !== op;
}

/** Halves the set until single tensors are left. */
function readAmong(some: readonly Tensor[], changes: (some: readonly Tensor[]) => boolean): Tensor[] {
  if (some.length === 0 || !changes(some)) return [];
  if (some.length === 1) return [...some];
  const middle = some.length >> 1;
  return [...readAmong(some.slice(0, middle), changes), ...readAmong(some.slice(middle), changes)];
}

function resultOf({ node }: ReplayStep): ArrayLike<number> | null {
  try {
    return inFloat64(() => node.op.forward(node.inputs, node.attrs).data.slice());
  } catch {
    return null;
  }
}

function whileMoved<T>(tensors: readonly Tensor[], look: () => T): T {
  // Tensors may share their memory: each part of it is moved once.
  const kept = new Map(tensors.map(({ data }) => [data, data.slice()]));
  try {
    for (const data of kept.keys()) {
      const typical = normOf(data) / Math.sqrt(data.length) || 1;
      data.forEach((v, i) => {
        data[i] = v + MOVE * typical * (1 + (i % 3));
      });
    }
    return look();
  } finally {
    for (const [data, values] of kept) data.set(values);
  }
}

function isSame(a: ArrayLike<number>, b: ArrayLike<number> | null): boolean {
  return b !== null && a.length === b.length && Array.prototype.every.call(a, (v, i) => Object.is(v, b[i]));
}
