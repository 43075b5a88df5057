/** A person's mistake that is noticed around the engine: a missing import, an exit, too little memory. */

import { currentSite } from "../core/sites";
import type { Failure, Site } from "../report/report";

export interface ModelProblemOptions {
  /** The place, when it is not the running call. */
  readonly site?: Site | null;
  readonly hint?: string;
  readonly kind?: Failure["kind"];
  /** What Node calls it, for a model that catches it and looks. */
  readonly code?: string;
}

/** Like a `ModelError`, but of another kind or with a place of its own. */
export class ModelProblem extends Error {
  override readonly name = "ModelProblem";
  readonly kind: Failure["kind"];
  readonly place: Site | null;
  readonly hint: string | null;
  /** Id of the call that was running. */
  readonly openSite = currentSite();

  constructor(message: string, { site = null, hint, kind = "model", code }: ModelProblemOptions = {}) {
    super(message);
    this.kind = kind;
    this.place = site;
    this.hint = hint ?? null;
    if (code !== undefined) Object.assign(this, { code });
  }

  /** What it comes to, without a look at stacks or texts. */
  toFailure(site: Site | null): Failure {
    const { kind, message, hint, place } = this;
    return { kind, message, hint, site: place ?? site, stack: [] };
  }
}
