/** A person's mistake that has a place in a file already: a missing import, an import of a name that is not there. */
import { ModelError } from "../error";
import type { Failure, Site } from "../report";

export interface ModelProblemOptions {
  readonly site?: Site | null;
  readonly hint?: string;
  readonly kind?: Failure["kind"];
}

export class ModelProblem extends ModelError {
  readonly kind: Failure["kind"];
  readonly place: Site | null;

  constructor(message: string, { site = null, hint, kind = "model" }: ModelProblemOptions = {}) {
    super(message, hint === undefined ? {} : { hint });
    this.kind = kind;
    this.place = site;
  }
}
