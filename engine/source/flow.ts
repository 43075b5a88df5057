/** How values flow through a function: what each assignment reads, and so which assignments made a value. */
import { filledBy, mutators } from "./filled";
import { isDestructuring, targetsOf } from "./patterns";
import { standsForVariable, type VariableScopes } from "./scope";
import { bare, isFunction, isNode, parentOf, type SyntaxNode } from "./syntax-node";

/** A place that gives a name a value, or changes it. */
export interface FlowStep {
  readonly node: SyntaxNode;
  /** `7` for a variable, `7.dx` for its property, `this.dW`. */
  readonly key: string;
  /** False for names that only pass a value on: parameters of callbacks, parts of a cache, what a loop counts with. */
  readonly makes: boolean;
  readonly reads: readonly string[];
}

/** Every step in a function, in the order of the text. */
export class Flow {
  readonly steps: readonly FlowStep[];
  readonly inside: readonly SyntaxNode[];
  readonly #scopes: VariableScopes;
  readonly #nodes: readonly SyntaxNode[];

  /** @param nodes all of the file */
  constructor(
    readonly fn: SyntaxNode,
    nodes: readonly SyntaxNode[],
    scopes: VariableScopes,
  ) {
    this.#scopes = scopes;
    this.#nodes = nodes;
    this.inside = nodes.filter((node) => contains(fn, node));
    this.steps = this.inside
      .flatMap((node) => this.#stepsOf(node))
      .sort((a, b) => a.node.start - b.node.start);
  }

  /** The steps that a value read at `node` comes from, directly or through others. */
  madeOf(node: SyntaxNode): number[] {
    const found = new Set<number>();
    const open: { keys: readonly string[]; at: SyntaxNode }[] = [{ keys: this.readsIn(node), at: node }];
    for (let next = open.pop(); next; next = open.pop()) {
      for (const [i, step] of this.steps.entries()) {
        if (
          found.has(i) ||
          !next.keys.some((key) => touches(key, step.key)) ||
          !reaches(step.node, next.at, this.fn)
        )
          continue;
        found.add(i);
        open.push({ keys: step.reads, at: step.node });
      }
    }
    return [...found].sort((a, b) => a - b);
  }

  /** The step that gave the name at `node` its value last. */
  makerOf(node: SyntaxNode): FlowStep | null {
    const [key] = this.readsIn(node);
    return key === undefined ? null : (this.steps.findLast((step) => step.key === key && step.makes) ?? null);
  }

  readsIn(node: SyntaxNode): string[] {
    return [...new Set(this.inside.flatMap((each) => (contains(node, each) ? this.#keyOf(each) : [])))];
  }

  /** The key of a name or a property that is read; nothing for other nodes. */
  #keyOf(node: SyntaxNode): string[] {
    const isThis = node.type === "ThisExpression";
    if (!isThis && !standsForVariable(node)) return [];
    const base = isThis ? "this" : String(this.#scopes.resolve(node).id);
    const names = dotted(node);
    return [[base, ...names].join(".")];
  }

  #stepsOf(node: SyntaxNode): FlowStep[] {
    const { type, left, right, id, init, parent, callee } = node;
    if (type === "VariableDeclarator" && id) {
      const outer = parent?.parent;
      const source = init ?? (outer?.type === "ForOfStatement" && outer.left === parent ? outer.right : null);
      const isCounter = outer?.type === "ForStatement" && outer.body !== parent;
      const makes = !isDestructuring(id) && init !== null && !isCounter;
      return source ? this.#give(node, targetsOf(id), [source], makes) : [];
    }
    if (type === "AssignmentExpression" && left && right) {
      const isPlain =
        isDestructuring(bare(left)) &&
        parentOf(right)?.type === "AssignmentExpression" &&
        bare(right).type === "Identifier";
      return this.#give(node, targetsOf(left), [right, left], !isPlain);
    }
    if (type === "CallExpression" && callee)
      return [...this.#ofCall(node, bare(callee)), ...this.#ofCallbacks(node, bare(callee))];
    return [];
  }

  /** `dx.push(v)`, and functions that may fill what they are given: `addInto(dx, v)`. */
  #ofCall(node: SyntaxNode, callee: SyntaxNode): FlowStep[] {
    const given = node.arguments ?? [];
    if (callee.type === "MemberExpression" && callee.object && mutators.has(callee.property?.name ?? ""))
      return this.#give(node, [callee.object], given, true);
    if (node.parent?.type !== "ExpressionStatement" || callee.type !== "Identifier") return [];
    const filled = filledBy(callee.name ?? "", this.#nodes, this.#scopes);
    const targets = given.filter((_, i) => filled === null || filled.has(i));
    return this.#give(node, targets.map(bare).filter(isHolder), given, true);
  }

  /** In `rows.forEach((row) => …)` the row comes from the rows. */
  #ofCallbacks(node: SyntaxNode, callee: SyntaxNode): FlowStep[] {
    const source = callee.type === "MemberExpression" ? callee.object : undefined;
    const callbacks = (node.arguments ?? []).map(bare).filter(isFunction);
    return source
      ? callbacks.flatMap((fn) => this.#give(fn, (fn.params ?? []).flatMap(targetsOf), [source], false))
      : [];
  }

  #give(
    node: SyntaxNode,
    targets: readonly SyntaxNode[],
    from: readonly SyntaxNode[],
    makes: boolean,
  ): FlowStep[] {
    const reads = [...from, ...conditionsAround(node, this.fn)].flatMap((part) => this.readsIn(part));
    return targets.flatMap((target): FlowStep[] => {
      const key = this.#keyOfTarget(target);
      return key === null ? [] : [{ node, key, makes, reads: reads.concat(key) }];
    });
  }

  #keyOfTarget(target: SyntaxNode): string | null {
    let holder = bare(target);
    while (holder.type === "MemberExpression" && holder.object) holder = bare(holder.object);
    if (holder.type === "ThisExpression") return ["this", ...dotted(holder)].join(".");
    if (holder.type !== "Identifier") return null;
    return [String(this.#scopes.resolve(holder).id), ...dotted(holder)].join(".");
  }
}

function isHolder({ type }: SyntaxNode): boolean {
  return type === "Identifier" || type === "MemberExpression";
}

/** The names after a variable or `this`, without those of methods that are called: `grads`, `W` of `this.grads.W[i]`. */
function dotted(node: SyntaxNode): string[] {
  const names: string[] = [];
  let inner = node;
  for (
    let outer = parentOf(node);
    outer?.type === "MemberExpression" && outer.object && bare(outer.object) === inner;
    outer = parentOf(outer)
  ) {
    const isCalled = parentOf(outer)?.type === "CallExpression" && parentOf(outer)?.callee === outer;
    const name = outer.computed ? undefined : outer.property?.name;
    if (name === undefined || (isCalled && names.length > 0) || (isCalled && node.type !== "ThisExpression"))
      break;
    names.push(name);
    inner = outer;
  }
  return names;
}

function touches(a: string, b: string): boolean {
  return a === b || a.startsWith(`${b}.`) || b.startsWith(`${a}.`);
}

function contains(outer: SyntaxNode, inner: SyntaxNode): boolean {
  return outer.start <= inner.start && inner.end <= outer.end;
}

/** A step stands before the place that reads it, or both stand in one loop. */
function reaches(step: SyntaxNode, at: SyntaxNode, fn: SyntaxNode): boolean {
  if (step.start < at.start) return true;
  for (let outer = at.parent; outer && outer !== fn; outer = outer.parent) {
    if ((isLoop(outer) || isFunction(outer)) && contains(outer, step)) return true;
  }
  return false;
}

function isLoop({ type }: SyntaxNode): boolean {
  return /^(For|While|DoWhile)\w*Statement$/.test(type);
}

function conditionsAround(node: SyntaxNode, fn: SyntaxNode): SyntaxNode[] {
  const found: SyntaxNode[] = [];
  for (let inner = node, outer = node.parent; outer && outer !== fn; inner = outer, outer = outer.parent) {
    const { test } = outer as SyntaxNode & { readonly test?: SyntaxNode };
    if (outer.type === "IfStatement" && isNode(test) && test !== inner) found.push(test);
  }
  return found;
}
