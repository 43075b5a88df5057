/** Writes the mark by which a file shows its variables at the end: what they hold has names, however deep it lies. */
import { type Edits, own } from "./edits";
import { isErased, type Node, statementsOf } from "./node";
import type { Parsed } from "./parse";
import { targetsOf } from "./patterns";

export function markTop({ program, text }: Parsed, edits: Edits): void {
  const names = new Set(statementsOf(program).flatMap(declaredBy));
  if (names.size === 0) return;
  const read = [...names].map((name) => `${name}: () => ${name}`);
  edits.wrap(text.length, text.length, "", `\n;${own}.top({ ${read.join(", ")} });`);
}

function declaredBy(statement: Node): string[] {
  const node = statement.declaration ?? statement;
  if (isErased(node)) return [];
  switch (node.type) {
    case "VariableDeclaration":
      return (node.declarations ?? [])
        .flatMap(({ id }) => (id ? targetsOf(id) : []))
        .flatMap(({ name }) => name ?? []);
    case "ClassDeclaration":
    case "TSModuleDeclaration":
      return node.id?.type === "Identifier" && node.id.name ? [node.id.name] : [];
    default:
      return [];
  }
}
