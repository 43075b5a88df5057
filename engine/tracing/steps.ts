/** The steps of the code of hand-written layers: what each assignment and each return of the model file gives, to whoever watches. */

/**
 * Gets every value before it is assigned or returned, with its place in the text; what it returns goes on in its stead.
 * @param isBackward whether a backward pass runs
 */
export type StepWatch = (place: string, value: unknown, isBackward: boolean) => unknown;

let watching: StepWatch | null = null;
let isBackward = false;

/** What instrumented code calls, often: nearly free when nobody watches. */
export function passStep(place: string, value: unknown): unknown {
  return watching === null ? value : watching(place, value, isBackward);
}

/** Runs `fn`; each step in it goes through `watch`. */
export function watchSteps<T>(watch: StepWatch, fn: () => T): T {
  const before = watching;
  watching = watch;
  try {
    return fn();
  } finally {
    watching = before;
  }
}

/** Runs a backward pass that a person wrote. */
export function inBackward<T>(fn: () => T): T {
  const before = isBackward;
  isBackward = true;
  try {
    return fn();
  } finally {
    isBackward = before;
  }
}

/** Whether a backward pass runs that a person wrote. */
export function isInBackward(): boolean {
  return isBackward;
}
