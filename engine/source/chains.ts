/** Finds optional chains with calls in them, which cannot be taken apart. */
import { bare, isNode, parentOf, type SyntaxNode } from "./syntax-node";

export interface Chain {
  /** The calls along the chain, the one that runs first coming first. */
  readonly calls: readonly SyntaxNode[];
  /** The expression around which a mark may stand. */
  readonly whole: SyntaxNode;
}

export function findChains(nodes: readonly SyntaxNode[]): Chain[] {
  return nodes
    .filter((node) => node.type === "ChainExpression")
    .map(readChain)
    .filter(({ calls }) => calls.length > 0);
}

/** `delete a?.b().c` and `(a?.b().c)()` need the reference itself: there the mark goes around the outer expression. */
function readChain(chain: SyntaxNode): Chain {
  const calls = callsAlong(chain);
  const parent = parentOf(chain);
  const last = isNode(chain.expression) ? bare(chain.expression) : chain;
  if (!parent || last.type !== "MemberExpression" || calls.length === 0) return { calls, whole: chain };
  if (parent.type === "UnaryExpression" && parent.operator === "delete") return { calls, whole: parent };
  const called = parent.type === "CallExpression" && parent.callee && bare(parent.callee) === chain;
  return called ? { calls: [...calls, parent], whole: parent } : { calls, whole: chain };
}

function callsAlong(chain: SyntaxNode): SyntaxNode[] {
  const calls: SyntaxNode[] = [];
  let node = isNode(chain.expression) ? chain.expression : undefined;
  while (node) {
    const part: SyntaxNode = bare(node);
    if (part.type === "CallExpression") calls.unshift(part);
    node =
      part.type === "CallExpression"
        ? part.callee
        : part.type === "MemberExpression"
          ? part.object
          : undefined;
  }
  return calls;
}
