/** Steps with gradients of earlier steps in them, and steps whose gradients were cleared before. */
import { showTimes } from "../../core/number-text";
import type { Site } from "../../report/report";
import { at, rowAt } from "../../report/trace";
import { isByHand, type Optimiser, optimisersOf, trainersOf } from "../measures/optimisers";
import { beside, defineRule, type Trouble } from "../rule";
import { said } from "../said";
import { siteInRow, type Traced } from "../traced";

export const accumulatedGradient = defineRule({
  id: "accumulated-gradient",
  title: "Gradients not cleared",
  severity: "error",
  page: {
    meaning:
      "backward() adds to the gradients that are there. They have to be cleared between a step and the next backward pass, of the very parameters that step.",
    harm: "Without that every step goes on with the sum of all gradients before it; cleared too early, it goes on with none.",
    cure: "Call zeroGrad() of the optimiser that steps, before backward().",
    source:
      "PyTorch's documentation of zero_grad; adding up some small batches for one step is meant and not told.",
  },
  thresholds: {
    share: { value: 0.5, text: "share of the steps with gradients that had been used, or cleared" },
  },
  explains: [
    "update-ratio",
    "learning-rate-edge",
    "exploding-gradient",
    "non-finite",
    "dead-units",
    "saturation",
    "initial-loss",
    "zero-gradient",
    "activation-scale",
    "dominated-gradient",
    "vanishing-gradient",
    "initialisation",
  ],
  find: (traced, { share }) => trainersOf(traced).flatMap((each) => troubleOf(traced, each, share)),
});

/** What the acts of a run were for one optimiser. */
interface Tally {
  steps: number;
  /** Steps with gradients that an earlier step had used. */
  stale: number;
  /** Steps without a backward pass since the gradients were cleared, though there had been one before. */
  empty: number;
  /** Of the first of each: the backward pass that added to old gradients, its step, and the call that cleared too early. */
  backward: Site | null;
  step: Site | null;
  clear: Site | null;
}

function tallyOf(traced: Traced, { row: own }: Optimiser): Tally {
  const { acts } = traced.trace.tables;
  const tally: Tally = { steps: 0, stale: 0, empty: 0, backward: null, step: null, clear: null };
  let passes = 0;
  let isUsed = false;
  let isStale = false;
  let wiped: Site | null = null;
  let last: Site | null = null;
  for (let row = 0; row < acts.kind.length; row++) {
    const kind = traced.trace.texts[at(acts.kind, row)];
    const optimiser = rowAt(acts.optimizer, row);
    const site = () => siteInRow(traced, rowAt(acts.site, row));
    if (kind === "backward") {
      passes++;
      if (isUsed) isStale = true;
      last = site();
    } else if (kind === "zeroGrad" && (optimiser === own || optimiser === null)) {
      wiped = passes > 0 && !isUsed ? site() : null;
      passes = 0;
      isUsed = false;
      isStale = false;
    } else if (kind === "step" && optimiser === own) {
      tally.steps++;
      if (isStale) tally.stale++;
      if (isStale) tally.step ??= site();
      if (isStale) tally.backward ??= last;
      if (passes === 0 && wiped !== null) tally.empty++;
      if (passes === 0 && wiped !== null) tally.clear ??= wiped;
      isUsed = passes > 0;
    }
  }
  return tally;
}

/** Steps of the program's own tell themselves what they found. */
function ownTally({ steps, clears, site }: Optimiser): Tally {
  return { steps, stale: steps - clears, empty: 0, backward: null, step: site, clear: null };
}

function troubleOf(traced: Traced, optimiser: Optimiser, share: number): Trouble[] {
  const tally = isByHand(optimiser) ? ownTally(optimiser) : tallyOf(traced, optimiser);
  if (tally.steps === 0) return [];
  if (tally.empty / tally.steps > share) return [clearedEarly(tally, optimiser)];
  if (tally.stale / tally.steps > share) return [neverCleared(traced, tally, optimiser)];
  return !isByHand(optimiser) && isLossThatSteps(traced, optimiser)
    ? [neverCleared(traced, tally, optimiser)]
    : [];
}

/** A loss that steps itself, again in each step of a training, and that nobody's gradients are cleared for. */
function isLossThatSteps(traced: Traced, { row: own, clears }: Optimiser): boolean {
  if (clears > 0) return false;
  const { acts } = traced.trace.tables;
  let hasBegun = false;
  for (let row = 0; row < acts.kind.length; row++) {
    const kind = traced.trace.texts[at(acts.kind, row)];
    if (kind === "loss") hasBegun = true;
    if (hasBegun && kind === "step" && rowAt(acts.optimizer, row) === own) return true;
  }
  return false;
}

function clearedEarly({ steps, empty, clear, step }: Tally, { type }: Optimiser): Trouble {
  return {
    ...said(
      `Gradients are cleared between backward() and step(): ${showTimes(empty, "step")} of ${steps} of this ${type} had none.`,
      "zeroGrad() stands behind the backward pass, so the step finds nothing to go by.",
    ),
    site: clear,
    node: null,
    evidence: { steps, empty, optimiser: type },
    related: beside(step, "the step without gradients"),
    fixes: [
      { title: "Clear the gradients before backward()", detail: "zeroGrad(), then backward(), then step()." },
    ],
  };
}

function neverCleared(
  traced: Traced,
  { steps, stale, backward, step }: Tally,
  optimiser: Optimiser,
): Trouble {
  const { type, site } = optimiser;
  // The first step counts as one with cleared gradients.
  const clears = isByHand(optimiser) ? optimiser.clears - 1 : optimiser.clears;
  const others = optimisersOf(traced).filter((each) => each !== optimiser && each.clears > 0);
  const isOther = clears === 0 && others.length > 0;
  const share = stale === 0 ? "every step of the loss" : `${showTimes(stale, "step")} of ${steps}`;
  return {
    ...said(
      `The gradients of this ${type}'s parameters are ${clears === 0 ? "never" : "hardly ever"} cleared: ${share} went with what earlier steps had left.`,
      isOther
        ? "zeroGrad() is called on another optimiser, which holds other parameters."
        : "backward() adds to the gradients that are there, so each step repeats all those before it.",
    ),
    site: isByHand(optimiser) ? lastBackward(traced) : (backward ?? step ?? lastBackward(traced)),
    node: null,
    evidence: { steps, stale, clears, optimiser: type },
    related: isByHand(optimiser)
      ? beside(step, "the step that goes with them")
      : [...beside(step, "the step that goes with them"), ...beside(site, "the optimiser")],
    fixes: [
      {
        title: isByHand(optimiser)
          ? "Set grad of each parameter to null before backward()"
          : "Call zeroGrad() of this optimiser before backward()",
        detail: "Then each step goes by its own gradient.",
      },
    ],
  };
}

function lastBackward(traced: Traced): Site | null {
  const { acts } = traced.trace.tables;
  for (let row = acts.kind.length - 1; row >= 0; row--)
    if (traced.trace.texts[at(acts.kind, row)] === "backward")
      return siteInRow(traced, rowAt(acts.site, row));
  return null;
}
