/** Finds, without running anything, the layers and the backward passes written by hand that can be checked. */
import { findGradients } from "./gradients";
import { describeHandNode, findHandNodes } from "./hand-written";
import { findModuleClasses, isModuleClass, type ModuleClasses } from "./module-classes";
import { classAround, nameClass, nameExpression, nameKey } from "./names";
import { readParameters } from "./parameters";
import type { Parsed } from "./parsed";
import type { Positions } from "./positions";
import { bare, isNode, parentOf, type SyntaxNode } from "./syntax-node";
import type { Range, SourceLayer } from "./types";

export function findLayers(parsed: Parsed): SourceLayer[] {
  const { nodes } = parsed;
  const classes = findModuleClasses(nodes);
  return [
    ...nodes.filter(isConstruction).flatMap((node) => findModule(node, classes, parsed)),
    ...findHandNodes(parsed).map((each) => describeHandNode(each, parsed)),
    ...nodes.filter(isCustomOp).flatMap((node) => findCustomOp(node, parsed)),
  ];
}

const isConstruction = ({ type }: SyntaxNode) => type === "NewExpression";
export const isCustomOp = ({ type, callee }: SyntaxNode) =>
  type === "CallExpression" && (callee?.property ?? callee)?.name === "customOp";

/** `fc1 = new nn.Linear(…)`, `const net = new Net()`, `this.fc1 = new nn.Linear(…)`, where the class is a layer. */
function findModule(node: SyntaxNode, classes: ModuleClasses, { positions }: Parsed): SourceLayer[] {
  if (!node.callee || !isModuleClass(node.callee, classes)) return [];
  const range = positions.range(node.start, node.end);
  const held = nameHolder(node) ?? nameInside(node, range, positions);
  const type = nameExpression(node.callee);
  return held ? [{ kind: "module", ...held, type, range, forward: null, backward: null }] : [];
}

interface Held {
  readonly name: string;
  readonly owner: string | null;
}

/** A layer on a line of its own inside `new nn.Sequential(…)`: `layers.0`, as its parameters are called. */
function nameInside(node: SyntaxNode, { line }: Range, positions: Positions): Held | null {
  const list = parentOf(node);
  const outer = list?.type === "ArrayExpression" ? parentOf(list) : list;
  if (!list || outer?.type !== "NewExpression") return null;
  const range = positions.range(outer.start, outer.end);
  const held = nameHolder(outer) ?? nameInside(outer, range, positions);
  const members = list === outer ? (outer.arguments ?? []) : (list.elements ?? []);
  const index = members.findIndex((member) => member && bare(member) === node);
  return held && index >= 0 && range.line !== line ? { ...held, name: `${held.name}.${index}` } : null;
}

function nameHolder(node: SyntaxNode): Held | null {
  const parent = parentOf(node);
  const owner = classAround(node);
  const type = owner && nameClass(owner);
  if (parent?.type === "VariableDeclarator" && parent.id?.name) return { name: parent.id.name, owner: null };
  if (parent?.type === "PropertyDefinition") {
    const name = nameKey(parent);
    return name ? { name, owner: type } : null;
  }
  if (parent?.type !== "AssignmentExpression" || !parent.left) return null;
  const name = nameExpression(parent.left);
  return name.startsWith("this.") ? { name: name.slice("this.".length), owner: type } : { name, owner: null };
}

/** `customOp({ name: "swish", forward, backward })`. */
function findCustomOp(node: SyntaxNode, parsed: Parsed): SourceLayer[] {
  const { positions } = parsed;
  const properties = node.arguments?.[0]?.properties ?? [];
  const find = (key: string) => properties.find((property) => nameKey(property) === key);
  const named = find("name")?.value;
  const name = isNode(named) && typeof named.value === "string" ? named.value : nameHolder(node)?.name;
  if (!name) return [];
  const at = (part: SyntaxNode | undefined) => (part ? positions.range(part.start, part.end) : null);
  const range = positions.range(node.start, node.end);
  const forward = find("forward");
  return [
    {
      kind: "customOp",
      name,
      owner: null,
      type: null,
      range,
      forward: at(find("forward")),
      backward: at(find("backward")),
      inputs: isNode(forward?.value) ? readParameters(bare(forward.value)) : [],
      gradients: findGradients(find("backward"), parsed),
    },
  ];
}
