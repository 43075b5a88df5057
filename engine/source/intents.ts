/** Comments `// gradlens: intended`, with which a person says that a gradient is meant to be as it is. */

import type { Comment, Parsed } from "./parsed";
import type { SyntaxNode } from "./syntax-node";
import type { Range, SourceIntent, SourceLayer } from "./types";

/** The comments of a text, each with the line that it is about and what that line is the head of. */
export function findIntents(
  { text, comments, nodes, positions }: Parsed,
  layers: readonly SourceLayer[],
): SourceIntent[] {
  const found = comments.filter((comment) => /^\W*gradlens:\s*intended\b/i.test(comment.text));
  if (found.length === 0) return [];
  const quiet = nodes.filter(isNoGrad).map(({ start, end }) => positions.range(start, end));
  return found.map((comment) => {
    const range = positions.range(comment.start, comment.end);
    const { line } = positions.range(...codeBeside(comment, text, comments));
    return {
      comment: range,
      line,
      covers: [...coveredBy(line, layers), ...quiet.filter((each) => each.line === line)],
    };
  });
}

/** The offset of the code that a comment is about, twice: before it on its line, or after a comment that stands alone. */
export function codeBeside(comment: Comment, text: string, comments: readonly Comment[]): [number, number] {
  const before = text.slice(0, comment.start);
  const isAlone = /(^|[\n\r])[ \t]*$/.test(before);
  if (!isAlone) return [comment.start, comment.start];
  let at = comment.end;
  for (;;) {
    at += /^\s*/.exec(text.slice(at))?.[0].length ?? 0;
    const next = comments.find(({ start }) => start === at);
    if (!next) return at < text.length ? [at, at] : [comment.start, comment.start];
    at = next.end;
  }
}

/** At the head of a layer written by hand, or of its backward pass, a comment is about all of it. */
function coveredBy(line: number, layers: readonly SourceLayer[]): Range[] {
  return layers.flatMap(({ kind, range, forward, backward }) => {
    if (kind === "module" || !backward) return [];
    const heads = [range.line, forward?.line, backward.line];
    return heads.includes(line) ? [kind === "pair" || line === backward.line ? backward : range] : [];
  });
}

function isNoGrad({ type, callee }: SyntaxNode): boolean {
  return type === "CallExpression" && (callee?.property ?? callee)?.name === "noGrad";
}
