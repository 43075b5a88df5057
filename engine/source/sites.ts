/** Finds every place in a model file that runs other code. */

import { nameExpression, nameFunctionAround } from "./names";
import { bare, isNode, type Node } from "./node";
import type { Parsed } from "./parse";
import type { Range, SourceSite } from "./types";

const kinds: Readonly<Record<string, SourceSite["kind"]>> = {
  CallExpression: "call",
  NewExpression: "new",
  TaggedTemplateExpression: "template",
  // What is thrown may be no Error, which would know its place.
  ThrowStatement: "throw",
};

export interface Site extends SourceSite {
  readonly node: Node;
}

/** The sites in the order of their first character, numbered from `first`. */
export function findSites({ nodes, positions }: Parsed, first: number): Site[] {
  const sites: Site[] = [];
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

function rangeOfName(callee: Node, range: (start: number, end: number) => Range): Range {
  const inner = bare(callee);
  const name = inner.type === "MemberExpression" && isNode(inner.property) ? inner.property : inner;
  return range(name.start, name.end);
}
