/** Finds pairs of functions: `affineForward` or `affine` next to `affineBackward`, and other names that say the same. */
import type { HandNode } from "./hand-node";
import { nameExpression, nameKey } from "./names";
import { countIncoming, readParameters } from "./parameters";
import type { Parsed } from "./parsed";
import { bare, isClass, isErased, isFunction, isNode, type SyntaxNode, statementsOf } from "./syntax-node";

/** At the top of the file. */
export function findPairs({ program }: Parsed): HandNode[] {
  return pairsAmong(new Map(statementsOf(program).flatMap(declaredFunctions)));
}

/** Among the functions of an object, and the static ones of a class. */
export function findMemberPairs(node: SyntaxNode): HandNode[] {
  const members = node.properties ?? (isNode(node.body) ? statementsOf(node.body) : []);
  const functions = members.flatMap((member): [string, Declared][] => {
    const name = isErased(member) || (isClass(node) && !member.static) ? null : nameKey(member);
    const value = isNode(member.value) ? bare(member.value) : null;
    return name !== null && value && isFunction(value) ? [[name, { fn: value, statement: member }]] : [];
  });
  const isPlain = ({ names = ["", ""] }: HandNode) => names[0] === "forward" && names[1] === "backward";
  return pairsAmong(new Map(functions))
    .filter((pair) => !isPlain(pair))
    .map((pair) => ({ ...pair, holder: node }));
}

function pairsAmong(functions: ReadonlyMap<string, Declared>): HandNode[] {
  const taken = new Set<string>();
  return [...functions].flatMap(([name, { fn: backward, place }]): HandNode[] => {
    const found = forwardsOf(name, backward).find((each) => each !== name && functions.has(each));
    const forward = found === undefined ? undefined : functions.get(found);
    if (!forward || found === undefined || taken.has(found)) return [];
    taken.add(found);
    const { fn, statement } = forward;
    const names = [found, name] as const;
    const places = [forward.place ?? found, place ?? name] as const;
    return [{ kind: "pair", name: baseOf(found), node: statement, forward: fn, backward, names, places }];
  });
}

const after =
  /^(.+?)_?(?:Backward|backward|BACKWARD|Bwd|bwd|Backprop|backprop|Pullback|pullback|Vjp|vjp|VJP)$/;
const before = /^(?:backward|bwd|backprop)_?([A-Za-z].*)$/;
/** `affineGrad` is a backward pass when it takes a gradient; otherwise it may be a derivative by itself. */
const gradient = /^(.+?)_?(?:Grad|grad|Gradient|gradient|Adjoint|adjoint)$/;
function forwardsOf(name: string, fn: SyntaxNode): string[] {
  if (["backward", "bwd", "backprop"].includes(name)) return ["forward", "fwd"];
  const [, ending] = after.exec(name) ?? [];
  if (ending !== undefined) return namesOf(ending);
  const [, rest] = before.exec(name) ?? [];
  if (rest !== undefined) return namesOf(rest.charAt(0).toLowerCase() + rest.slice(1)).concat(namesOf(rest));
  const [, of] = gradient.exec(name) ?? [];
  return of !== undefined && readParameters(fn).length > 1 && countIncoming(fn) > 0 ? namesOf(of) : [];
}

function namesOf(base: string): string[] {
  const capital = base.charAt(0).toUpperCase() + base.slice(1);
  return [
    ...["Forward", "_forward", "Fwd", "_fwd", "_FORWARD"].map((end) => base + end),
    ...[`forward${capital}`, `forward_${base}`, `fwd_${base}`, `fwd${capital}`],
    base,
  ];
}

/** `affine` of all its spellings. */
function baseOf(forward: string): string {
  const [, ending] = /^(.+?)_?(?:Forward|forward|FORWARD|Fwd|fwd)$/.exec(forward) ?? [];
  const [, rest] = /^(?:forward|fwd)_?([A-Za-z].*)$/.exec(forward) ?? [];
  if (ending === undefined && rest !== undefined) return rest.charAt(0).toLowerCase() + rest.slice(1);
  return ending ?? forward;
}

interface Declared {
  readonly fn: SyntaxNode;
  readonly statement: SyntaxNode;
  /** How it is reached where its name is no variable. */
  readonly place?: string;
}

/** The functions that a statement declares, by name: `function f() {}`, `const f = () => …`, `exports.f = …`. */
export function declaredFunctions(statement: SyntaxNode): [name: string, found: Declared][] {
  const node = statement.declaration ?? statement;
  if (node.type === "FunctionDeclaration")
    return node.id?.name ? [[node.id.name, { fn: node, statement }]] : [];
  if (node.type === "ExpressionStatement") return assignedFunction(statement);
  if (node.type !== "VariableDeclaration") return [];
  return (node.declarations ?? []).flatMap(({ id, init }): [string, Declared][] => {
    const value = init && bare(init);
    return id?.name && value && isFunction(value) ? [[id.name, { fn: value, statement }]] : [];
  });
}

/** `exports.f = …`, `module.exports.f = …`. */
function assignedFunction(statement: SyntaxNode): [name: string, found: Declared][] {
  const { expression } = statement;
  if (!isNode(expression) || expression.type !== "AssignmentExpression") return [];
  const value = expression.right && bare(expression.right);
  const [, name] =
    /^(?:module\.)?exports\.([\w$]+)$/.exec(expression.left ? nameExpression(expression.left) : "") ?? [];
  return name !== undefined && value && isFunction(value)
    ? [[name, { fn: value, statement, place: nameExpression(expression.left as SyntaxNode) }]]
    : [];
}
