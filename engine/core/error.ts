/** The two kinds of error: a person's mistake in a model, and ours. */

import { thrownInstancesOf } from "./instance";

export interface ModelErrorOptions {
  /** A suggestion such as "did you mean `dim: 1`?". */
  hint?: string;
  /** The id of the call site to blame; taken from the running call when left out. */
  site?: number;
}

let siteOfError: () => number = () => 0;

/** Tells errors where the model is; called once by the module that keeps the sites. */
export function locateErrorsWith(currentSite: () => number): void {
  siteOfError = currentSite;
}

/** A mistake in a model: the message says what was found and what was expected. */
export class ModelError extends Error {
  override readonly name = "ModelError";
  /** What to write instead, where that is known. */
  readonly hint: string | undefined;
  /** Id of the call site at which the mistake was noticed; 0 when no model file is running. */
  readonly site: number;

  constructor(message: string, options: ModelErrorOptions = {}) {
    super(message);
    this.hint = options.hint;
    this.site = options.site ?? siteOfError();
  }
}

/** Whether an exception is a mistake in a model. */
export const isModelError: (error: unknown) => error is ModelError = thrownInstancesOf(ModelError);

/** A fault of Gradlens itself. */
export class InternalError extends Error {
  override readonly name = "InternalError";

  constructor(message: string) {
    super(`${message} (this is a fault in Gradlens, not in your model)`);
  }
}

/** Runs `fn`; a ModelError that it throws gets the function's name in front, unless it has one. */
export function inFunction<T>(name: string, fn: () => T): T {
  try {
    return fn();
  } catch (error) {
    throw withName(name, error);
  }
}

/** A ModelError with the function's name in front, unless it has one; other errors as they are. */
export function withName(name: string, error: unknown): unknown {
  if (!isModelError(error) || /^\w+\(/.test(error.message)) return error;
  const { hint, site } = error;
  return new ModelError(`${name}(): ${error.message}`, hint === undefined ? { site } : { hint, site });
}
