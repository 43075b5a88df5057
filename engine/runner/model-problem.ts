/** A person's mistake that is noticed around the engine: a missing import, an exit, too little memory. */
import type { Failure, Site } from "../report";
import { currentSite } from "../sites";

export interface ModelProblemOptions {
  /** The place, when it is not the running call. */
  readonly site?: Site | null;
  readonly hint?: string;
  readonly kind?: Failure["kind"];
}

/** Like a `ModelError`, but of another kind or with a place of its own. */
export class ModelProblem extends Error {
  override readonly name = "ModelProblem";
  readonly kind: Failure["kind"];
  readonly place: Site | null;
  readonly hint: string | null;
  /** Id of the call that was running. */
  readonly openSite = currentSite();

  constructor(message: string, { site = null, hint, kind = "model" }: ModelProblemOptions = {}) {
    super(message);
    this.kind = kind;
    this.place = site;
    this.hint = hint ?? null;
  }
}
