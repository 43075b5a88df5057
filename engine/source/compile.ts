/** Turns a model file into JavaScript that reports where each operation comes from and which name holds what. */
import { analysisOf } from "./analyse";
import { findBindings } from "./bindings";
import { type Edited, Insertions } from "./edits";
import { instrument } from "./instrument";
import { lowerAccessors } from "./lower-accessors";
import { lowerTypeScript } from "./lower-typescript";
import { lowerUsing } from "./lower-using";
import { markData } from "./mark-data";
import { markLayers } from "./mark-layers";
import { markSteps } from "./mark-steps";
import { markVariables } from "./mark-variables";
import { parse } from "./parse";
import type { Parsed } from "./parsed";
import { markInstead } from "./repairs/mark";
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
  const edits = new Insertions(parsed.mark);
  lower(parsed, edits);
  instrument(parsed, sites, bindings, edits);
  markData(parsed, edits);
  markLayers(parsed, edits);
  markSteps(parsed, edits);
  markInstead(parsed, edits);
  markVariables(parsed, edits);
  return { ...edits.apply(text), runtime: parsed.mark, analysis: analysisOf(parsed, sites, bindings) };
}

/** The text as JavaScript that this Node understands, without marks: what a program sees of its own functions. */
export function compilePlainly(text: string, file: string): Edited {
  const parsed = parse(text, file);
  const edits = new Insertions(parsed.mark);
  lower(parsed, edits);
  return edits.apply(text);
}

function lower(parsed: Parsed, edits: Insertions): void {
  if (parsed.typescript) lowerTypeScript(parsed, edits);
  lowerAccessors(parsed.nodes, parsed.text, edits);
  lowerUsing(parsed.nodes, parsed.text, edits);
}
