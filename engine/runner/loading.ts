/** What a run is loaded from, and what the two kinds of modules ask of whoever loads them. */
import type { ModelSources } from "./model-sources";
import type { Exports } from "./packages";

export interface LoaderOptions {
  readonly sources: ModelSources;
  /** Texts of unsaved files by path: they win over the disk. */
  readonly overlays: Readonly<Record<string, string>>;
  /** What `import … from "gradlens"` gives. */
  readonly gradlens: Exports;
}

/** What files that are CommonJS ask for. */
export interface Loading {
  readonly options: LoaderOptions;
  /** The file that the run is about. */
  readonly entry: string;
  readText(file: string): string;
  readJson(path: string): unknown;
  importFrom(specifier: string, file: string): Promise<Exports>;
}
