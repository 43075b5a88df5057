/** Dependences that carry no gradient: detached values, what ran without gradients, steps such as rounding. */
import { RandomGenerator } from "../../core/random";
import type { Tensor } from "../../core/tensor";
import { alongGradients, type Downstream, downstreamOf, everywhere, type Passes } from "../differences/batch";
import { centralDerivative, LADDER } from "../differences/difference";
import type { Replay } from "../differences/replay";
import { type Cut, isCut, type ReplayStep } from "../differences/replay-step";
import { scaleOf } from "./judge";
import { isFlat } from "./standstill";

/** Where a dependence leaves the gradient's way. */
export interface Leak {
  readonly step: ReplayStep | Cut;
  /** Slope of the loss along a random direction, with the dependence and without it. */
  readonly withIt: number;
  readonly without: number;
  /** The cuts that are meant, when there is no other. */
  readonly meant: readonly (ReplayStep | Cut)[];
}

const STEPS = LADDER.slice(2, 10);
const MAX_CANDIDATES = 12;

/**
 * The first place at which a dependence of the loss on the tensor is cut, when one matters; else null. Those that are
 * meant are told only where no other matters.
 */
export function findCut(
  replay: Replay,
  slot: number,
  noise: number,
  isMeant: (step: ReplayStep | Cut) => boolean = () => false,
): Leak | null {
  const rest: Passes = (step) => alongGradients(step) || !isMeant(step);
  const found = findLeak(replay, slot, noise, rest);
  if (found !== null || replay.steps.every(rest)) return found;
  const leak = findLeak(replay, slot, noise, everywhere);
  const meant = downstreamOf(replay, slot, everywhere).steps.filter((step) => !rest(step));
  const [first] = meant;
  return leak && first ? { ...leak, step: first, meant } : null;
}

/** Whether there is something that may cut a gradient, and looking at it would take longer than there is time. */
export function takesLonger(replay: Replay, slot: number, leftMs: number): boolean {
  const open = downstreamOf(replay, slot, everywhere);
  const isCutSomewhere = open.steps.length !== downstreamOf(replay, slot).steps.length;
  return isCutSomewhere && 4 * STEPS.length * open.costMs > leftMs;
}

/** Dependences that may have a slope: what moves in steps, such as an order or a mask, only jumps. */
const carries: Passes = (step) => alongGradients(step) || isCut(step) || !isFlat(step.node);

/** The first cut among what `allowed` lets through. */
function findLeak(replay: Replay, slot: number, noise: number, allowed: Passes): Leak | null {
  const passesAll: Passes = (step) => allowed(step) && carries(step);
  const open = downstreamOf(replay, slot, passesAll);
  const closed = downstreamOf(replay, slot);
  if (open.steps.length === closed.steps.length) return null;
  const direction = directionFor(replay.values[slot] as Tensor);
  const without = slopeOf(closed, direction, noise);
  const all = slopeOf(open, direction, noise);
  if (!differs(all, without) || !persists(open, closed, direction, noise)) return null;
  const candidates = open.steps.filter((step) => !alongGradients(step)).slice(0, MAX_CANDIDATES);
  for (const step of candidates) {
    // What lies behind the cut may be without gradients too: from there on everything passes.
    const passed = new Set<number>();
    const passes: Passes = (each) => {
      const [inputs, out] = isCut(each) ? [[each.from], each.to] : [each.inputs, each.out];
      const through = passesAll(each) && (each === step || inputs.some((slotOf) => passed.has(slotOf)));
      if (through) passed.add(out);
      return through || alongGradients(each);
    };
    const some = slopeOf(downstreamOf(replay, slot, passes), direction, noise);
    if (differs(some, without)) return { step, withIt: some.value, without: without.value, meant: [] };
  }
  const first = candidates[0];
  return first === undefined ? null : { step: first, withIt: all.value, without: without.value, meant: [] };
}

function differs(a: { value: number; error: number }, b: { value: number; error: number }): boolean {
  const size = Math.max(Math.abs(a.value), Math.abs(b.value));
  return Math.abs(a.value - b.value) > 6 * (a.error + b.error) + 1e-6 * size;
}

/** True when the slopes differ at the smallest steps too: what only jumps, such as an order that changes, does not. */
function persists(open: Downstream, closed: Downstream, direction: Float64Array, noise: number): boolean {
  const slope = (of: Downstream, h: number) =>
    (lossAt(of, of.x, direction, h) - lossAt(of, of.x, direction, -h)) / (2 * h);
  for (const h of LADDER.toReversed()) {
    const [withIt, without] = [slope(open, h), slope(closed, h)];
    const size = Math.max(Math.abs(withIt), Math.abs(without));
    if (noise / h > 0.01 * size) continue;
    return Math.abs(withIt - without) > (12 * noise) / h + 1e-6 * size;
  }
  return true;
}

function directionFor(x: Tensor): Float64Array {
  const random = new RandomGenerator(x.size);
  const scale = scaleOf(x);
  return Float64Array.from({ length: x.size }, (_, i) => (random.uniform() - 0.3) * scale(i));
}

function slopeOf(downstream: Downstream, direction: Float64Array, noise: number) {
  const x = downstream.x;
  const along = (t: number) => lossAt(downstream, x, direction, t);
  const plus = STEPS.map((h) => along(h));
  const minus = STEPS.map((h) => along(-h));
  return centralDerivative({ steps: STEPS, plus, minus, middle: along(0), noise });
}

function lossAt(downstream: Downstream, x: Tensor, direction: Float64Array, t: number): number {
  const data = Float64Array.from(x.data, (v, i) => v + t * (direction[i] as number));
  return downstream.plain.losses({ kind: "dense", data }, 1)[0] as number;
}

/** True when the loss changes for moves as large as the values themselves: what a step function hides from slopes. */
export function changesFarAway(replay: Replay, slot: number): boolean {
  const downstream = downstreamOf(replay, slot, everywhere);
  const x = replay.values[slot] as Tensor;
  const direction = directionFor(x);
  const before = lossAt(downstream, x, direction, 0);
  return [-4, -1, 1, 4].some((t) => {
    const after = lossAt(downstream, x, direction, t);
    return Number.isFinite(after) && Math.abs(after - before) > 1e-9 * Math.abs(before);
  });
}
