/** Writes the mark that hands over how to read the variables at the top of a file. */
import { type Insertions, own } from "./edits";
import { isRunning, membersOf } from "./lower-namespaces";
import type { Parsed } from "./parsed";
import { isErased, type SyntaxNode, statementsOf } from "./syntax-node";
import { variablesIn } from "./top-level";

/** Stands before all else that runs, so that a program that fails is known as far as it came. */
export function markVariables({ program, file }: Parsed, edits: Insertions): void {
  const statements = statementsOf(program);
  const names = [...new Set(statements.flatMap(namesOf))];
  const directive = statements.findLast((statement) => statement.directive !== undefined);
  const at = directive?.end ?? statements[0]?.start;
  if (names.length === 0 || at === undefined) return;
  const readers = names.map((name) => `["${name}", () => ${name}]`);
  const call = `${own}.declares(${JSON.stringify(file)}, [${readers.join(", ")}]);`;
  edits.wrap(at, at, "", `${directive ? "; " : ""}${call} `, -3);
}

/** `w` of a variable, a function or a class, `Geometry` of a namespace, and what it exports as variables. */
function namesOf(statement: SyntaxNode): string[] {
  const node = statement.declaration ?? statement;
  if (isErased(node)) return [];
  const name = node.id?.name;
  if (node.type === "FunctionDeclaration" || node.type === "ClassDeclaration") return name ? [name] : [];
  if (node.type === "TSModuleDeclaration") return isRunning(node) ? membersOf(node) : [];
  return variablesIn(node).map((each) => each.name);
}
