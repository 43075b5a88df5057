/** Finds what a model file differentiates. */

import { declaredFunctions } from "./pairs";
import type { Parsed } from "./parsed";
import { isNode, type SyntaxNode, statementsOf } from "./syntax-node";
import type { Range } from "./types";

/** The exported `loss`, else the last `something.backward()` at the top of the file, else null. */
export function findLoss({ program, positions }: Parsed): Range | null {
  const statements = statementsOf(program);
  const node = findExported(statements) ?? statements.findLast(callsBackward);
  return node ? positions.range(node.start, node.end) : null;
}

function findExported(statements: readonly SyntaxNode[]): SyntaxNode | undefined {
  const functions = new Map(
    statements.flatMap(declaredFunctions).map(([name, { statement }]) => [name, statement] as const),
  );
  const direct = functions.get("loss");
  if (direct?.type === "ExportNamedDeclaration") return direct;
  for (const { type, specifiers } of statements) {
    if (type !== "ExportNamedDeclaration") continue;
    const specifier = specifiers?.find(({ exported }) => exported?.name === "loss");
    if (specifier) return functions.get(specifier.local?.name ?? "") ?? specifier;
  }
  return statements.find((statement) => exportsVariable(statement, "loss"));
}

function exportsVariable({ type, declaration }: SyntaxNode, name: string): boolean {
  const variables = type === "ExportNamedDeclaration" ? declaration?.declarations : undefined;
  return variables?.some(({ id }) => id?.name === name) ?? false;
}

function callsBackward({ type, expression }: SyntaxNode): boolean {
  if (type !== "ExpressionStatement" || !isNode(expression)) return false;
  const call = expression.type === "AwaitExpression" ? expression.argument : expression;
  return call?.type === "CallExpression" && call.callee?.property?.name === "backward";
}
