/** Turns a model file into JavaScript that reports where each operation comes from and which name holds what. */
import { transform } from "sucrase";
import { describe } from "./analyse";
import { findBindings } from "./bindings";
import { Edits } from "./edits";
import { guardStatements } from "./guards";
import { instrument } from "./instrument";
import { lowerAccessors } from "./lower-accessors";
import { lowerNamespaces } from "./lower-namespaces";
import { lowerParameters } from "./lower-parameters";
import { lowerUsing } from "./lower-using";
import { type Parsed, parse } from "./parse";
import { findSites } from "./sites";
import { SourceProblem } from "./source-problem";
import type { Compiled } from "./types";

/**
 * Compiles a text, its sites and bindings numbered from the two numbers on. Imports and exports stay as they are.
 * Throws a `SourceProblem` with the place in the original text.
 */
export function compile(text: string, file: string, firstSite: number, firstBinding: number): Compiled {
  const parsed = parse(text, file);
  const sites = findSites(parsed, firstSite);
  const bindings = findBindings(parsed, firstBinding);
  const edits = new Edits();
  if (parsed.typescript) lowerTypeScript(parsed, edits);
  lowerUsing(parsed.nodes, text, edits);
  instrument(parsed, sites, bindings, edits);
  const code = edits.apply(text);
  return {
    code: parsed.typescript ? stripTypes(code, parsed) : code,
    analysis: describe(parsed, sites, bindings),
  };
}

/** What the removal of types does not do. */
function lowerTypeScript(parsed: Parsed, edits: Edits): void {
  guardStatements(parsed, edits);
  lowerAccessors(parsed.nodes, parsed.text, edits);
  lowerParameters(parsed.nodes, edits);
  lowerNamespaces(parsed.nodes, parsed.text, edits);
}

function stripTypes(code: string, { file, text, positions }: Parsed): string {
  try {
    return transform(code, { transforms: ["typescript"], disableESTransforms: true }).code;
  } catch (cause) {
    if (!(cause instanceof Error)) throw cause;
    const message = cause.message.replace(/^Error transforming [^:]*: |\s*\(\d+:\d+\)$/g, "");
    const at = /\((\d+):(\d+)\)/.exec(cause.message);
    const line = Number(at?.[1] ?? 1);
    const length = text.split(/\r\n|\n|\r/)[line - 1]?.length ?? 0;
    const range = { ...positions.range(0, 0), line, endLine: line, endColumn: length + 1 };
    throw new SourceProblem({ message: `This syntax cannot be run: ${message}`, file, range });
  }
}
