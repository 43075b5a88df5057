/** Declares the fields that a constructor's parameters stand for, in front of the others, as TypeScript does. */
import type { Edits } from "./edits";
import { isClass, isNode, type Node, statementsOf } from "./node";
import { targetsOf } from "./patterns";

export function lowerParameters(nodes: readonly Node[], edits: Edits): void {
  for (const { body } of nodes.filter(isClass)) {
    if (!isNode(body)) continue;
    const names = statementsOf(body).flatMap(fieldsOf);
    if (names.length > 0) edits.wrap(body.start + 1, body.end, ` ${names.join("; ")};`, "", -1);
  }
}

function fieldsOf({ kind, value }: Node): string[] {
  if (kind !== "constructor" || !isNode(value) || !isNode(value.body)) return [];
  return (value.params ?? [])
    .filter((parameter) => parameter.type === "TSParameterProperty")
    .flatMap(targetsOf)
    .map(({ name = "" }) => name);
}
