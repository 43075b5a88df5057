/** Finds every place in a model file that runs other code. */

import { nameExpression, nameFunctionAround } from "./names";
import type { Parsed } from "./parsed";
import { bare, isNode, type SyntaxNode } from "./syntax-node";
import type { Range, SourceSite } from "./types";

const kinds: Readonly<Record<string, SourceSite["kind"]>> = {
  CallExpression: "call",
  NewExpression: "new",
  TaggedTemplateExpression: "template",
  // What is thrown may be no Error, which would know its place.
  ThrowStatement: "throw",
};

export interface NodeSite extends SourceSite {
  readonly node: SyntaxNode;
}

/** The sites in the order of their first character, numbered from `first`. */
export function findSites({ nodes, positions }: Parsed, first: number): NodeSite[] {
  const sites: NodeSite[] = [];
  for (const node of nodes) {
    const kind = kinds[node.type];
    const callee = node.callee ?? node.tag ?? node.argument;
    if (!kind || !callee) continue;
    sites.push({
      id: first + sites.length,
      range: positions.range(node.start, node.end),
      focus: rangeOfName(callee, (start, end) => positions.range(start, end)),
      kind,
      callee: kind === "throw" ? "throw" : nameExpression(callee),
      function: nameFunctionAround(node),
      node,
    });
  }
  return sites;
}

function rangeOfName(callee: SyntaxNode, range: (start: number, end: number) => Range): Range {
  const inner = bare(callee);
  const name = inner.type === "MemberExpression" && isNode(inner.property) ? inner.property : inner;
  return range(name.start, name.end);
}
