/** Changes of a call: another function, other arguments, or none of it. */
import type { Parsed } from "../parsed";
import { isNode, type SyntaxNode } from "../syntax-node";
import { nameInText } from "./imports";
import type { Puts } from "./puts";

/** Layers of `nn` that stand for functions under a name of their own. */
const layerNames: Readonly<Record<string, string>> = {
  elu: "ELU",
  gelu: "GELU",
  identity: "Identity",
  leakyRelu: "LeakyReLU",
  logSoftmax: "LogSoftmax",
  relu: "ReLU",
  selu: "SELU",
  sigmoid: "Sigmoid",
  silu: "SiLU",
  softmax: "Softmax",
  softplus: "Softplus",
  tanh: "Tanh",
};

/** @returns whether it could be done, as with all of these */
export function otherCallee(call: SyntaxNode, name: string, parsed: Parsed, puts: Puts): boolean {
  const { callee } = call;
  if (!callee) return false;
  const { property } = callee;
  if (callee.type === "MemberExpression" && property && callee.computed !== true) {
    const known = call.type === "NewExpression" ? (layerNames[name] ?? name) : name;
    puts.put(property.start, property.end, known);
    return true;
  }
  if (callee.type !== "Identifier") return false;
  const inText = nameInText(parsed, puts, name);
  if (inText === null) return false;
  puts.put(callee.start, callee.end, inText);
  return true;
}

export function option(
  call: SyntaxNode,
  { name, value, position }: { readonly name: string; readonly value: string; readonly position?: number },
  parsed: Parsed,
  puts: Puts,
): boolean {
  const list = call.arguments ?? [];
  if (list.some(({ type }) => type === "SpreadElement")) return false;
  const options = list.at(-1);
  if (options?.type === "ObjectExpression") return property(options, name, value, puts);
  const given = position === undefined ? undefined : list[position];
  const isOptions = given !== undefined && position === list.length - 1 && given.type === "Identifier";
  if (options && (isOptions || holdsObject(options, parsed)))
    puts.put(options.start, options.end, `{ ...${puts.own(options)}, ${name}: ${value} }`);
  else if (given) puts.put(given.start, given.end, value);
  else append(call, `{ ${name}: ${value} }`, puts);
  return true;
}

/** Whether a name stands for an object that the text writes down, wherever it declares it. */
function holdsObject({ type, name }: SyntaxNode, { nodes }: Parsed): boolean {
  if (type !== "Identifier") return false;
  const made = nodes.filter((node) => node.type === "VariableDeclarator" && node.id?.name === name);
  return made.length > 0 && made.every(({ init }) => init?.type === "ObjectExpression");
}

function property(
  { properties = [], start, end }: SyntaxNode,
  name: string,
  value: string,
  puts: Puts,
): boolean {
  const known = properties.find(
    ({ key, computed }) => computed !== true && (key?.name ?? key?.value) === name,
  );
  if (known) {
    const old = known.shorthand || !isNode(known.value) ? known : known.value;
    puts.put(old.start, old.end, old === known ? `${name}: ${value}` : value);
    return true;
  }
  const last = properties.at(-1);
  if (last) puts.put(last.end, last.end, `, ${name}: ${value}`);
  else puts.put(start, end, `{ ${name}: ${value} }`);
  return true;
}

export function argument(call: SyntaxNode, index: number, value: string, puts: Puts): boolean {
  const list = call.arguments ?? [];
  const given = list[index];
  if (list.slice(0, index + 1).some(({ type }) => type === "SpreadElement")) return false;
  if (given) puts.put(given.start, given.end, value);
  else if (index === list.length) append(call, value, puts);
  else return false;
  return true;
}

function append({ arguments: list = [], end }: SyntaxNode, value: string, puts: Puts): void {
  const last = list.at(-1);
  if (last) puts.put(last.end, last.end, `, ${value}`);
  else puts.put(end - 1, end - 1, value);
}

/** What can stand in front of a dot or an operator as it is. */
const simple = new Set(["Identifier", "CallExpression", "MemberExpression", "ThisExpression", "Literal"]);

export function unwrap(call: SyntaxNode, puts: Puts): boolean {
  const { callee, parent } = call;
  if (call.type === "NewExpression") return leaveLayerOut(call, puts);
  const isMethod = callee?.type === "MemberExpression" && (call.arguments ?? []).length === 0;
  const inner = isMethod ? callee.object : call.arguments?.[0];
  if (!inner || inner.type === "SpreadElement") return false;
  const isPart = parent?.type !== "VariableDeclarator" && parent?.type !== "ReturnStatement";
  const text = puts.own(inner);
  puts.put(call.start, call.end, simple.has(inner.type) || !isPart ? text : `(${text})`);
  return true;
}

/** A layer among others is left out with its comma; elsewhere one that does nothing stands in for it. */
function leaveLayerOut(call: SyntaxNode, puts: Puts): boolean {
  const { parent, callee } = call;
  const siblings = parent?.type === "ArrayExpression" ? parent.elements : parent?.arguments;
  const at = siblings?.indexOf(call) ?? -1;
  const next = siblings?.[at + 1];
  const before = siblings?.[at - 1];
  if (at >= 0 && next) puts.put(call.start, next.start, "");
  else if (at >= 0 && before) puts.put(before.end, call.end, "");
  else if (callee?.type === "MemberExpression" && callee.object)
    puts.put(call.start, call.end, `new ${puts.own(callee.object)}.Identity()`);
  else return false;
  return true;
}

/** Another layer in the list that a layer is constructed in. */
export function layerBehind(call: SyntaxNode, name: string, puts: Puts): boolean {
  const { parent, callee } = call;
  const siblings = parent?.type === "ArrayExpression" ? parent.elements : parent?.arguments;
  if (call.type !== "NewExpression" || !siblings?.includes(call)) return false;
  if (callee?.type !== "MemberExpression" || !callee.object) return false;
  puts.put(call.end, call.end, `, new ${puts.own(callee.object)}.${name}()`);
  return true;
}
