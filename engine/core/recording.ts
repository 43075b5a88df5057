/** What is being recorded at the moment, and onto which tape. */

import { currentScope, currentSite, enterScope, leave, leaveThrowing } from "./sites";
import type { Tape } from "./tape";

let tape: Tape | null = null;
let gradEnabled = true;
let quiet = false;
let derivative = false;
/** The call of `noGrad` that is running. */
let quietSite = 0;

/** The tape that records now, or null. */
export function activeTape(): Tape | null {
  return tape;
}

/**
 * Runs `fn` with its operations recorded on `onto`, until it returns or its promise settles; the only way to
 * record. What was recorded stays when `fn` throws.
 */
export function record<T>(onto: Tape, fn: () => T): T {
  const restore = saveState();
  tape = onto;
  gradEnabled = true;
  quiet = false;
  if (currentScope() === null) return runThen(fn, restore);
  const before = enterScope(null);
  return runThen(fn, () => {
    leave(before, undefined);
    restore();
  });
}

/** Runs `fn` without gradients, as `torch.no_grad()`. Its operations still show in a trace. */
export function noGrad<T>(fn: () => T): T {
  const restore = saveState();
  gradEnabled = false;
  quietSite = currentSite();
  return runThen(fn, restore);
}

/** Runs `fn` with gradients, also inside of `noGrad` and of operations: what derivatives of derivatives need. */
export function enableGrad<T>(fn: () => T): T {
  const restore = saveState();
  gradEnabled = true;
  // What runs inside of an operation is not part of the trace.
  if (quiet) tape = null;
  quiet = false;
  return runThen(fn, restore);
}

export function isGradEnabled(): boolean {
  return gradEnabled;
}

/** Runs `fn` as part of the module `module`: its operations belong to that scope. */
export function inScope<T>(module: object, fn: () => T): T {
  const before = enterModule(module);
  try {
    return leave(before, fn());
  } catch (error) {
    leaveThrowing(before);
    throw error;
  }
}

/** From here on operations belong to the module; returns what to hand to `leave`. One that calls itself stays the same. */
export function enterModule(module: object): ReturnType<typeof enterScope> {
  const parent = currentScope();
  return enterScope(parent?.module === module ? parent : { module, parent });
}

function saveState(): () => void {
  const saved = [tape, gradEnabled, quiet, quietSite] as const;
  return () => {
    [tape, gradEnabled, quiet, quietSite] = saved;
  };
}

function runThen<T>(fn: () => T, restore: () => void): T {
  let pending = false;
  try {
    const result = fn();
    if (result instanceof Promise) {
      pending = true;
      return result.finally(restore) as T;
    }
    return result;
  } finally {
    if (!pending) restore();
  }
}

/** Runs `fn` with nothing recorded at all, neither for gradients nor for a trace. */
export function quietly<T>(fn: () => T): T {
  const before = setQuiet(true);
  try {
    return fn();
  } finally {
    setQuiet(before);
  }
}

/** Switches recording off or on; returns what to set afterwards, in a `finally`. */
export function setQuiet(value: boolean): boolean {
  const before = quiet;
  quiet = value;
  return before;
}

/** Runs `fn` as a part of a derivative: what it records was written by nobody. */
export function asDerivative<T>(fn: () => T): T {
  const before = derivative;
  derivative = true;
  try {
    return fn();
  } finally {
    derivative = before;
  }
}

export function isQuiet(): boolean {
  return quiet;
}

/** The tape, while the loss or a layer runs as its author wrote it: what is made then is made anew in each step. */
export function tapeInside(): Tape | null {
  if (tape === null || quiet || derivative) return null;
  return tape.notes.isInLoss || currentScope() !== null ? tape : null;
}

/** Whether what runs is a part of a derivative. */
export function isDerivative(): boolean {
  return derivative;
}

/** The call of `noGrad` that is running. */
export function siteOfNoGrad(): number {
  return quietSite;
}
