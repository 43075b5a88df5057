/** Turns TypeScript into JavaScript, piece by piece and every line where it was. */
import type { Insertions } from "./edits";
import { eraseTypes } from "./erase-types";
import { guardStatements } from "./guards";
import { lowerAliases } from "./lower-aliases";
import { lowerEnums } from "./lower-enums";
import { lowerExports } from "./lower-exports";
import { lowerNamespaces } from "./lower-namespaces";
import { lowerParameters } from "./lower-parameters";
import type { Parsed } from "./parsed";

export function lowerTypeScript({ nodes, text }: Parsed, edits: Insertions): void {
  eraseTypes(nodes, text, edits);
  guardStatements(nodes, text, edits);
  lowerParameters(nodes, text, edits);
  lowerEnums(nodes, text, edits);
  lowerNamespaces(nodes, text, edits);
  lowerAliases(nodes, text, edits);
  lowerExports(nodes, edits);
}
