/** What the extension asks the worker that reads model files, and what it hears. */
import type { Analysis, SourceLayer } from "../../engine/source";

/** What the editor needs to know of a text before any run. */
export interface Reading extends Pick<Analysis, "loss" | "bindings" | "identifiers" | "usesGradlens"> {
  readonly layers: readonly SourceLayer[];
}

export interface ReadingRequest {
  readonly text: string;
  readonly file: string;
}

/** `reading` is null for a text that is wrong. */
export type ReadingAnswer = { readonly reading: Reading | null } | { readonly error: string };
