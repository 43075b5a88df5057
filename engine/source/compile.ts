/** Turns a model file into JavaScript that reports where each operation comes from and which name holds what. */
import { describe } from "./analyse";
import { findBindings } from "./bindings";
import { Edits } from "./edits";
import { instrument } from "./instrument";
import { lowerAccessors } from "./lower-accessors";
import { lowerTypeScript } from "./lower-typescript";
import { lowerUsing } from "./lower-using";
import { markLayers } from "./mark-layers";
import { parse } from "./parse";
import { findSites } from "./sites";
import type { Compiled } from "./types";

/**
 * Compiles a text, its sites and bindings numbered from the two numbers on. Imports and exports stay as they are.
 * Throws a `SourceProblem` with the place in the original text.
 */
export function compile(text: string, file: string, firstSite: number, firstBinding: number): Compiled {
  const parsed = parse(text, file);
  const sites = findSites(parsed, firstSite);
  const bindings = findBindings(parsed, firstBinding);
  const edits = new Edits(parsed.mark);
  if (parsed.typescript) lowerTypeScript(parsed, edits);
  lowerAccessors(parsed.nodes, text, edits);
  lowerUsing(parsed.nodes, text, edits);
  instrument(parsed, sites, bindings, edits);
  markLayers(parsed, edits);
  return { ...edits.apply(text), runtime: parsed.mark, analysis: describe(parsed, sites, bindings) };
}
