/** Reads a model file's text without running it. */
import { type Binding, findBindings } from "./bindings";
import { findIdentifiers } from "./identifiers";
import { findIgnores } from "./ignores";
import { findIntents } from "./intents";
import { findLayers } from "./layers";
import { findLoss } from "./loss";
import { findExports, findFormat, findImports } from "./module-edges";
import { parse } from "./parse";
import type { Parsed } from "./parsed";
import { findSites, type NodeSite } from "./sites";
import { SourceProblem } from "./source-problem";
import type { Analysis, AnalysisResult, SourceBinding, SourceSite } from "./types";

/** What a text holds, or what is wrong with it. Ids start at 1. Never throws for what a person wrote. */
export function analyse(text: string, file: string): AnalysisResult {
  try {
    const parsed = parse(text, file);
    return { analysis: analysisOf(parsed, findSites(parsed, 1), findBindings(parsed, 1)), error: null };
  } catch (cause) {
    if (cause instanceof SourceProblem) return { analysis: null, error: cause.error };
    throw cause;
  }
}

/** The plain data about a parsed text. */
export function analysisOf(
  parsed: Parsed,
  sites: readonly NodeSite[],
  bindings: readonly Binding[],
): Analysis {
  const imports = findImports(parsed);
  const layers = findLayers(parsed);
  return {
    file: parsed.file,
    format: findFormat(parsed),
    sites: sites.map(({ node: _, ...site }): SourceSite => site),
    bindings: bindings.map(({ place: _, target: __, ...binding }): SourceBinding => binding),
    identifiers: findIdentifiers(parsed, bindings),
    layers,
    intents: findIntents(parsed, layers),
    ignores: findIgnores(parsed),
    loss: findLoss(parsed),
    usesGradlens: imports.some(({ specifier }) => /^gradlens(\/|$)/.test(specifier)),
    exports: findExports(parsed),
    imports,
  };
}
