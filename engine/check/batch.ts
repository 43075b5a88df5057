/** Evaluates the loss under many perturbations of one tensor at once, recomputing only what depends on it. */
import type { Values } from "../dtype";
import { Tensor } from "../tensor";
import { addUpChanged } from "./add-up-changed";
import { isProduct, multiplyChanged } from "./multiply-changed";
import { type Cut, inFloat64, isCut, type Replay, type Step } from "./replay";
import {
  broadcastIndex,
  findLift,
  findMoves,
  forwardOf,
  isElementwise,
  type Lift,
  type Moves,
} from "./structure";
import {
  allocateLike,
  type Dense,
  type Evaluation,
  type Sparse,
  toDense,
  type Variants,
  variantOf,
} from "./variants";

/** Elements of the largest tensor times variants in one go: fits a cache, and keeps a turn short. */
const CHUNK = 1 << 17;

/** What depends on one tensor of a replay, ready to be evaluated. */
export interface Downstream extends Evaluation {
  readonly replay: Replay;
  readonly slot: number;
  readonly steps: readonly (Step | Cut)[];
}

/** Which steps a change passes. */
export type Passes = (step: Step | Cut) => boolean;

/** Where a gradient passes as well: not through detached values, nor through what ran without gradients. */
export const alongGradients: Passes = (step) => !isCut(step) && step.differentiable;

/** Every dependence that was recorded. */
export const everywhere: Passes = () => true;

/** What lies between the tensor in `slot` and the loss. */
export function downstreamOf(replay: Replay, slot: number, passes: Passes = alongGradients): Downstream {
  const dirty = new Set([slot]);
  const steps = replay.steps.filter((step) => {
    const [inputs, out] = isCut(step) ? [[step.from], step.to] : [step.inputs, step.out];
    if (!passes(step) || out === slot || !inputs.some((i) => dirty.has(i))) return false;
    dirty.add(out);
    return true;
  });
  const sizes = steps.map((step) => replay.values[isCut(step) ? step.to : step.out]?.size ?? 1);
  const largest = sizes.reduce((a, b) => Math.max(a, b), 1);
  return {
    replay,
    slot,
    steps,
    x: replay.values[slot] as Tensor,
    middle: replay.values[replay.loss]?.data[0] as number,
    chunk: Math.max(1, Math.min(4096, Math.floor(CHUNK / largest))),
    losses: (variants, count) => lossesOf(replay, slot, steps, variants, count),
  };
}

/** The loss (float64) for each variant of the tensor; the loss as it was when nothing depends on the tensor. */
function lossesOf(
  replay: Replay,
  slot: number,
  steps: Downstream["steps"],
  variants: Variants,
  count: number,
): Float64Array {
  const states = new Map<number, Variants>([[slot, variants]]);
  inFloat64(() => {
    for (const step of steps) {
      if (isCut(step)) states.set(step.to, states.get(step.from) as Variants);
      else states.set(step.out, advance(step, states, replay, count));
    }
  });
  const loss = replay.values[replay.loss] as Tensor;
  const found = states.get(replay.loss);
  if (found === undefined) return new Float64Array(count).fill(loss.data[0] as number);
  return Float64Array.from(toDense(found, loss, count).data);
}

function advance(step: Step, states: ReadonlyMap<number, Variants>, replay: Replay, count: number): Variants {
  const changed = [...new Set(step.inputs.filter((slot) => states.has(slot)))];
  const only = changed.length === 1 ? (changed[0] as number) : -1;
  const variants = states.get(only);
  if (variants?.kind === "sparse") {
    const out = advanceSparse(step, only, variants, count);
    if (out !== null) return out;
  }
  const dense = new Map(
    changed.map((slot) => [
      slot,
      toDense(states.get(slot) as Variants, replay.values[slot] as Tensor, count),
    ]),
  );
  return advanceDense(step, dense, count);
}

function advanceSparse(step: Step, slot: number, variants: Sparse, count: number): Variants | null {
  const { inputs, out } = step.node;
  if (elementwise(step)) return mapChanged(step, slot, variants);
  const i = step.inputs.indexOf(slot);
  const once = step.inputs.lastIndexOf(slot) === i;
  if (!once) return null;
  if (isProduct(step.node)) return multiplyChanged(step.node, i, variants, count);
  const sums = addUpChanged(step.node, variants, count);
  if (sums !== null) return sums;
  const moves = movesOf(step, i);
  if (moves === null || moves.copies === 0 || variants.each * moves.copies * 4 > out.size) return null;
  return moveChanged(moves, variants, inputs[i] as Tensor);
}

/** An elementwise operation on the changed elements alone, in one call over all variants. */
function mapChanged(step: Step, slot: number, variants: Sparse): Variants | null {
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

const spreads = new WeakMap<Step, Map<number, Moves>>();

/** How an input that is broadcast appears in the output. */
function spreadOf(step: Step, shape: readonly number[], size: number): Moves {
  const known = spreads.get(step) ?? new Map<number, Moves>();
  spreads.set(step, known);
  const found = known.get(size);
  if (found !== undefined) return found;
  const { out } = step.node;
  const at = broadcastIndex(shape, out.shape);
  const moves = { source: Int32Array.from({ length: out.size }, (_, e) => at(e)), copies: out.size / size };
  known.set(size, moves);
  return moves;
}

const places = new WeakMap<Moves, Int32Array>();

/** The changed elements where they went; every input element has the same number of copies. */
function moveChanged(moves: Moves, { each, index, data }: Sparse, x: Tensor): Sparse {
  const { source, copies } = moves;
  let went = places.get(moves);
  if (went === undefined) {
    went = new Int32Array(x.size * copies);
    const filled = new Int32Array(x.size);
    source.forEach((from, o) => {
      if (from < 0) return;
      const n = filled[from] as number;
      (went as Int32Array)[from * copies + n] = o;
      filled[from] = n + 1;
    });
    places.set(moves, went);
  }
  const movedIndex = new Int32Array(index.length * copies);
  const movedData = allocateLike(x, data.length * copies);
  for (let e = 0; e < index.length; e++) {
    for (let c = 0; c < copies; c++) {
      movedIndex[e * copies + c] = went[(index[e] as number) * copies + c] as number;
      movedData[e * copies + c] = data[e] as number;
    }
  }
  return { kind: "sparse", each: each * copies, index: movedIndex, data: movedData };
}

function advanceDense(step: Step, dense: ReadonlyMap<number, Dense>, count: number): Dense {
  const { inputs, out } = step.node;
  if (elementwise(step)) return { kind: "dense", data: mapAll(step, dense, count) };
  const places = step.inputs.flatMap((slot, i) => (dense.has(slot) ? [i] : []));
  if (places.length === 1) {
    const i = places[0] as number;
    const { data } = dense.get(step.inputs[i] as number) as Dense;
    const moves = movesOf(step, i);
    if (moves !== null) return { kind: "dense", data: moveAll(moves, data, inputs[i] as Tensor, out, count) };
    const lift = liftOf(step, i);
    if (lift !== null) return { kind: "dense", data: lift.run(data, count) };
  }
  const data = allocateLike(out, count * out.size);
  for (let k = 0; k < count; k++) {
    const variant = step.inputs.map((slot, i) => {
      const input = inputs[i] as Tensor;
      const of = dense.get(slot);
      return of === undefined ? input : variantOf(of, input, k);
    });
    data.set(forwardOf(step)(variant).data, k * out.size);
  }
  return { kind: "dense", data };
}

/** An elementwise operation over all variants: a dimension in front, against which the other inputs broadcast. */
function mapAll(step: Step, dense: ReadonlyMap<number, Dense>, count: number): Values {
  const { inputs, out } = step.node;
  const operands = inputs.map((input, i) => {
    const of = dense.get(step.inputs[i] as number);
    if (of === undefined) return input;
    const padding = new Array<number>(out.ndim - input.ndim).fill(1);
    return new Tensor(of.data, [count, ...padding, ...input.shape], input.dtype);
  });
  return forwardOf(step)(operands).data;
}

function moveAll({ source }: Moves, data: Values, x: Tensor, out: Tensor, count: number): Values {
  const moved = allocateLike(out, count * out.size);
  for (let k = 0; k < count; k++) {
    for (let o = 0; o < out.size; o++) {
      const from = source[o] as number;
      moved[k * out.size + o] = (from < 0 ? out.data[o] : data[k * x.size + from]) as number;
    }
  }
  return moved;
}

const elementwiseSteps = new WeakMap<Step, boolean>();
const movesBySteps = new WeakMap<Step, Map<number, Moves | null>>();
const lifts = new WeakMap<Step, Map<number, Lift | null>>();

function elementwise(step: Step): boolean {
  const known = elementwiseSteps.get(step);
  if (known !== undefined) return known;
  const found = isElementwise(step);
  elementwiseSteps.set(step, found);
  return found;
}

function movesOf(step: Step, i: number): Moves | null {
  return remember(movesBySteps, step, i, () => findMoves(step, i));
}

function liftOf(step: Step, i: number): Lift | null {
  return remember(lifts, step, i, () => findLift(step, i));
}

function remember<T>(cache: WeakMap<Step, Map<number, T>>, step: Step, i: number, find: () => T): T {
  const known = cache.get(step) ?? new Map<number, T>();
  cache.set(step, known);
  const value = known.get(i);
  if (value !== undefined) return value;
  const found = find();
  known.set(i, found);
  return found;
}
