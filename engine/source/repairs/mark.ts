/** Writes the marks by which functions that may be at fault run other code in the place of their own. */
import { type Insertions, own } from "../edits";
import type { Parsed } from "../parsed";
import { isNode, type SyntaxNode, statementsOf } from "../syntax-node";
import { findFaulty } from "./faulty";

/** Outside of everything else around the same body. */
const rank = -1;

export function markInstead(parsed: Parsed, edits: Insertions): void {
  for (const fn of new Set(findFaulty(parsed).flatMap(({ functions }) => functions))) {
    const { body } = fn;
    if (isNode(body)) markBody(body, JSON.stringify(keyOfBody(parsed.file, body.start)), edits);
  }
}

/** @param start of the body in the original text */
export function keyOfBody(file: string, start: number): string {
  return `${file}:${start}`;
}

/** Only the parameters are seen by the code that is evaluated: the body has a block of its own, so that it stays fast. */
function markBody(body: SyntaxNode, key: string, edits: Insertions): void {
  const code = `${own}.instead(${key})`;
  if (body.type !== "BlockStatement") {
    edits.wrap(body.start, body.end, `(${code} !== undefined ? eval(${code}) : `, ")", rank);
    return;
  }
  const directive = statementsOf(body).findLast((statement) => statement.directive !== undefined);
  const at = directive ? directive.end : body.start + 1;
  const open = `${directive ? ";" : ""} if (${code} !== undefined) return eval(${code}); {`;
  edits.wrap(at, body.end - 1, open, " }", rank);
}
