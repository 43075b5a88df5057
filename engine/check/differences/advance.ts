/** One operation under many perturbations at once, by the fastest way that was held against the operation itself. */
import type { Values } from "../../core/dtype";
import { sameShape } from "../../core/shape";
import { Tensor } from "../../core/tensor";
import { add } from "../../ops/arithmetic";
import { addUpChanged } from "./add-up-changed";
import { crossEntropyAlong } from "./fused-lines";
import type { Lift } from "./lift";
import { moveAll, moveChanged, spreadOf } from "./moved-places";
import { isProduct, multiplyChanged } from "./multiply-changed";
import { type Changes, densely, oneByOne } from "./one-by-one";
import type { ReplayStep } from "./replay-step";
import { broadcastIndex, findLift, findMoves, forwardOf, isElementwise, type Moves } from "./structure";
import { givesTheSame } from "./trial";
import { allocateLike, type Dense, type Sparse, type Variants } from "./variants";

/** A short cut: the variants of the output, or null where it does not apply. */
type Way = (step: ReplayStep, changes: Changes, count: number) => Variants | null;

/** In the order in which they are tried; each is believed only after a trial. */
const ways: Readonly<Record<string, Way>> = {
  "changed elements": (step, changes) => {
    const [slot, variants] = onlySparse(changes);
    return variants !== null && elementwise(step) ? mapChanged(step, slot, variants) : null;
  },
  "changed products": (step, changes, count) => {
    const [slot, variants] = onlySparse(changes);
    const i = placeOf(step, slot);
    return variants !== null && i >= 0 && isProduct(step.node)
      ? multiplyChanged(step.node, i, variants, count)
      : null;
  },
  "changed sums": (step, changes, count) => {
    const [slot, variants] = onlySparse(changes);
    return variants !== null && placeOf(step, slot) >= 0 ? addUpChanged(step.node, variants, count) : null;
  },
  "cross entropy along lines": (step, changes, count) => {
    const [[slot, variants] = [-1, null]] = changes;
    if (variants === null || changes.size > 1 || placeOf(step, slot) !== 0) return null;
    const data = crossEntropyAlong(step.node, variants, count);
    return data === null ? null : { kind: "dense", data };
  },
  "lines moved on": (step, changes) => {
    const variants = changes.get(step.inputs[0] as number);
    const { op, x, out } = step.node;
    if (op !== add.op || changes.size > 1 || variants?.kind !== "lines") return null;
    return placeOf(step, step.inputs[0] as number) === 0 && sameShape(x.shape, out.shape)
      ? { ...variants, owner: step.node }
      : null;
  },
  "changed places": (step, changes) => {
    const [slot, variants] = onlySparse(changes);
    const i = placeOf(step, slot);
    if (variants === null || i < 0 || isProduct(step.node)) return null;
    const moves = movesOf(step, i);
    const { inputs, out } = step.node;
    if (moves === null || moves.copies === 0 || variants.each * moves.copies * 4 > out.size) return null;
    return moveChanged(moves, variants, inputs[i] as Tensor);
  },
  elementwise: (step, changes, count) =>
    elementwise(step) ? { kind: "dense", data: mapAll(step, densely(step, changes, count), count) } : null,
  places: (step, changes, count) => {
    const i = onlyPlace(step, changes);
    const moves = i < 0 || isProduct(step.node) ? null : movesOf(step, i);
    if (moves === null) return null;
    const { data } = densely(step, changes, count).get(step.inputs[i] as number) as Dense;
    const { inputs, out } = step.node;
    return { kind: "dense", data: moveAll(moves, data, inputs[i] as Tensor, out, count) };
  },
  lift: (step, changes, count) => {
    const i = onlyPlace(step, changes);
    const lift = i < 0 ? null : liftOf(step, i);
    if (lift === null) return null;
    const { data } = densely(step, changes, count).get(step.inputs[i] as number) as Dense;
    return { kind: "dense", data: lift.run(data, count) };
  },
};

/** Elements of a step's largest tensor from which a call for many variants gains nothing, and a trial costs much. */
const LARGE = 1 << 15;

/** The output of a step for each variant of its changed inputs. */
export function advance(step: ReplayStep, changes: Changes, count: number): Variants {
  if (isLarge(step) && onlySparse(changes)[1] === null) return oneByOne(step, changes, count);
  const way = wayFor(step, changes, count);
  const out = way === null ? null : attempt(() => way(step, changes, count));
  return out ?? oneByOne(step, changes, count);
}

function isLarge({ node: { inputs, out } }: ReplayStep): boolean {
  return [out, ...inputs].some(({ size }) => size >= LARGE);
}

const chosen = new WeakMap<ReplayStep, Map<string, Way | null>>();

/** The first way that applies and stands its trial; null when only the operation itself is left. */
function wayFor(step: ReplayStep, changes: Changes, count: number): Way | null {
  const known = chosen.get(step) ?? new Map<string, Way | null>();
  chosen.set(step, known);
  // The same way takes other turns for other inputs, and for one changed element or many.
  let key = "";
  for (const [slot, of] of changes) key += of.kind === "dense" ? ` ${slot}` : ` ${slot}:${of.each}${of.kind}`;
  const before = known.get(key);
  if (before !== undefined) return before;
  const found = Object.values(ways).find(
    (way) =>
      attempt(() => way(step, changes, count)) !== null &&
      givesTheSame(step, changes, (probes, n) => attempt(() => way(step, probes, n))),
  );
  known.set(key, found ?? null);
  return found ?? null;
}

/** Null when it throws: an operation may refuse what it was not made for. */
function attempt<T>(run: () => T | null): T | null {
  try {
    return run();
  } catch {
    return null;
  }
}

function onlySparse(changes: Changes): [number, Sparse | null] {
  const [[slot, variants] = [-1, null]] = changes;
  return [slot, changes.size === 1 && variants?.kind === "sparse" ? variants : null];
}

/** The place of the slot among the inputs; −1 when it stands there twice. */
function placeOf(step: ReplayStep, slot: number): number {
  const i = step.inputs.indexOf(slot);
  return step.inputs.lastIndexOf(slot) === i ? i : -1;
}

function onlyPlace(step: ReplayStep, changes: Changes): number {
  const [slot = -1] = changes.keys();
  return changes.size === 1 ? placeOf(step, slot) : -1;
}

/** An elementwise operation on the changed elements alone, in one call over all variants. */
function mapChanged(step: ReplayStep, slot: number, variants: Sparse): Variants | null {
  const { inputs, out } = step.node;
  const changedShape = inputs[step.inputs.indexOf(slot)]?.shape ?? [];
  let { index, data, each } = variants;
  const x = inputs[step.inputs.indexOf(slot)] as Tensor;
  if (x.size !== out.size) {
    const copies = spreadOf(step, changedShape, x.size);
    if (each * copies.copies * 4 > out.size * 2) return null;
    ({ index, data, each } = moveChanged(copies, variants, x));
  }
  const operands = inputs.map((input, j) => {
    if (step.inputs[j] === slot) return new Tensor(data, [data.length], input.dtype);
    if (input.size === 1) return input.ndim === 0 ? input : new Tensor(input.data, [], input.dtype);
    return gather(input, out, index);
  });
  const result = forwardOf(step)(operands).data;
  return { kind: "sparse", each, index, data: result };
}

function gather(input: Tensor, out: Tensor, index: Int32Array): Tensor {
  const data = allocateLike(input, index.length);
  if (input.size === out.size) {
    for (let e = 0; e < index.length; e++) data[e] = input.data[index[e] as number] as number;
  } else {
    const at = broadcastIndex(input.shape, out.shape);
    for (let e = 0; e < index.length; e++) data[e] = input.data[at(index[e] as number)] as number;
  }
  return new Tensor(data, [index.length], input.dtype);
}

/** An elementwise operation over all variants: a dimension in front, against which the other inputs broadcast. */
function mapAll(step: ReplayStep, dense: ReadonlyMap<number, Dense>, count: number): Values {
  const { inputs, out } = step.node;
  const operands = inputs.map((input, i) => {
    const of = dense.get(step.inputs[i] as number);
    if (of === undefined) return input;
    const padding = new Array<number>(out.ndim - input.ndim).fill(1);
    return new Tensor(of.data, [count, ...padding, ...input.shape], input.dtype);
  });
  return forwardOf(step)(operands).data;
}

const elementwiseSteps = new WeakMap<ReplayStep, boolean>();
const movesBySteps = new WeakMap<ReplayStep, Map<number, Moves | null>>();
const lifts = new WeakMap<ReplayStep, Map<number, Lift | null>>();

function elementwise(step: ReplayStep): boolean {
  const known = elementwiseSteps.get(step);
  if (known !== undefined) return known;
  const found = isElementwise(step);
  elementwiseSteps.set(step, found);
  return found;
}

function movesOf(step: ReplayStep, i: number): Moves | null {
  return remember(movesBySteps, step, i, () => findMoves(step, i));
}

function liftOf(step: ReplayStep, i: number): Lift | null {
  return remember(lifts, step, i, () => findLift(step, i));
}

function remember<T>(
  cache: WeakMap<ReplayStep, Map<number, T>>,
  step: ReplayStep,
  i: number,
  find: () => T,
): T {
  const known = cache.get(step) ?? new Map<number, T>();
  cache.set(step, known);
  const value = known.get(i);
  if (value !== undefined) return value;
  const found = find();
  known.set(i, found);
  return found;
}
