/** The exception that carries what is wrong with a model file's text. */
import type { SourceError } from "./types";

export class SourceProblem extends Error {
  override readonly name = "SourceProblem";

  constructor(readonly error: SourceError) {
    super(error.message);
  }
}
