/** Activations as calls of the library or as formulas: exp(x) / sum(exp(x)) is a softmax, 1 / (1 + exp(−x)) a sigmoid. */
import type { ReportNode } from "../../report/report";
import { lazily } from "../lazily";
import type { Traced } from "../traced";
import { arrangedFrom, numberOf, sidesOf } from "./chains";
import { attributesOf, operationsNamed } from "./places";
import { probabilityDims } from "./targets";
import { carriesGradient } from "./wires";

export interface Activation {
  /** The library's name: "softmax", also where it is a formula; for any other operation its own name. */
  readonly op: string;
  /** The operation that gives its result. */
  readonly node: ReportNode;
  /** What it is applied to; null where that is not known. */
  readonly input: ReportNode | null;
  /** Along which a softmax goes; null for others. */
  readonly dim: number | null;
  /** False for a call of the library. */
  readonly isFormula: boolean;
}

type Formula = Omit<Activation, "node" | "isFormula">;

/** Which activation a node is the result of. */
export function activationOf(traced: Traced, node: ReportNode): Activation {
  const formula = softmaxFormula(traced, node) ?? squashFormula(traced, node);
  if (formula !== null) return { ...formula, node, isFormula: true };
  const { dim } = node.kind === "operation" ? attributesOf(traced, node.id) : {};
  const [input] = inputsOf(traced, node);
  return {
    op: node.op,
    node,
    input: input ?? null,
    dim: typeof dim === "number" ? dim : null,
    isFormula: false,
  };
}

/** All softmaxes that carry a gradient, in order. */
export const softmaxesOf = lazily((traced): readonly Activation[] => {
  const carries = carriesGradient(traced);
  return operationsNamed(traced, new Set(["softmax", "logSoftmax", "div", "mul"])).flatMap((id) => {
    const node = traced.nodes[id];
    if (carries[id] !== 1 || node === undefined) return [];
    const found = activationOf(traced, node);
    return found.op === "softmax" || found.op === "logSoftmax" ? [found] : [];
  });
});

function inputsOf({ nodes }: Traced, { inputs }: ReportNode): ReportNode[] {
  return inputs.flatMap((id) => nodes[id] ?? []);
}

/** e / Σ e with e = exp(x − c), whoever computes the sum: the numbers say that it is one. */
function softmaxFormula(traced: Traced, node: ReportNode): Formula | null {
  if ((node.op !== "div" && node.op !== "mul" && node.op !== "exp") || node.shape.length === 0) return null;
  const parts = inputsOf(traced, node);
  if (!parts.every(({ requiresGrad }) => requiresGrad) || node.value.min < 0) return null;
  const powers = node.op === "exp" ? logOfRows(parts[0]) : powersIn(traced, node, parts);
  if (powers === null) return null;
  const values = traced.values(node.id, "value");
  const [dim, ...others] = values === null ? [] : probabilityDims(values, node.shape);
  if (dim === undefined || others.length > 0) return null;
  return { op: "softmax", input: withoutShift(traced, powers), dim };
}

/** x − log Σ exp(x): what is subtracted takes a gradient and is smaller than x. */
function logOfRows(node: ReportNode | undefined): ReportNode | null {
  return node?.op === "sub" ? node : null;
}

/** x where a quotient is one of exp(x), masked or not, by what is made of it. */
function powersIn(traced: Traced, { op }: ReportNode, parts: readonly ReportNode[]): ReportNode | null {
  const [x, y] = parts;
  if (x === undefined || y === undefined) return null;
  if (op === "div") return exponentOf(traced, x);
  const isInverse = ({ op: name }: ReportNode) => name === "reciprocal" || name === "pow";
  if (isInverse(arrangedFrom(traced, y))) return exponentOf(traced, x);
  return isInverse(arrangedFrom(traced, x)) ? exponentOf(traced, y) : null;
}

function exponentOf(traced: Traced, node: ReportNode): ReportNode | null {
  const found = arrangedFrom(traced, node);
  if (found.op === "exp") return inputsOf(traced, found)[0] ?? null;
  if (found.op !== "mul" && found.op !== "maskedFill") return null;
  const moving = inputsOf(traced, found).filter(({ requiresGrad }) => requiresGrad);
  const [only, ...others] = moving;
  return only === undefined || others.length > 0 ? null : exponentOf(traced, only);
}

/** Without the maximum, or the logarithm of the sum, that is subtracted from each row. */
function withoutShift(traced: Traced, node: ReportNode): ReportNode {
  const [x, y] = inputsOf(traced, node);
  const isShift = node.op === "sub" && x !== undefined && y !== undefined && y.value.size < x.value.size;
  return isShift ? x : node;
}

/** 1 / (1 + exp(−x)), exp(x) / (1 + exp(x)), (eˣ − e⁻ˣ) / (eˣ + e⁻ˣ), max(x, 0). */
function squashFormula(traced: Traced, node: ReportNode): Formula | null {
  const [x, y] = inputsOf(traced, node);
  if (x === undefined) return null;
  const inner = inverted(traced, node, x, y);
  const power = inner === null ? null : poweredOne(traced, inner);
  if (power !== null)
    return squash("sigmoid", power.op === "neg" ? (inputsOf(traced, power)[0] ?? null) : null);
  if (node.op === "div" && y !== undefined) {
    const top = x.op === "exp" ? inputsOf(traced, x)[0] : undefined;
    const bottom = poweredOne(traced, y);
    if (top !== undefined && bottom !== null && top.id === bottom.id) return squash("sigmoid", top);
    if (isTanh(traced, x, y)) return squash("tanh", null);
  }
  if (node.op === "maximum" && y !== undefined) {
    const sides = sidesOf(traced, node);
    const isZero = sides !== null && sides.fixed.value.min === 0 && sides.fixed.value.max === 0;
    return isZero ? squash("relu", sides.moving) : null;
  }
  return null;
}

const squash = (op: string, input: ReportNode | null): Formula => ({ op, input, dim: null });

/** x of 1 / x. */
function inverted(
  traced: Traced,
  { op, id }: ReportNode,
  x: ReportNode,
  y: ReportNode | undefined,
): ReportNode | null {
  if (op === "reciprocal") return x;
  if (op === "div" && y !== undefined && (numberOf(x) === 1 || isFilledWithOne(x))) return y;
  if (op !== "pow") return null;
  const power = y === undefined ? attributesOf(traced, id).exponent : numberOf(y);
  return power === -1 ? x : null;
}

function isFilledWithOne({ requiresGrad, value }: ReportNode): boolean {
  return !requiresGrad && value.min === 1 && value.max === 1;
}

/** x of 1 + exp(x). */
function poweredOne(traced: Traced, node: ReportNode): ReportNode | null {
  const sides = node.op === "add" ? sidesOf(traced, node) : null;
  if (sides === null || !isFilledWithOne(sides.fixed) || sides.moving.op !== "exp") return null;
  return inputsOf(traced, sides.moving)[0] ?? null;
}

/** The difference of two positive numbers over their sum, at least one of them an exp. */
function isTanh(traced: Traced, top: ReportNode, bottom: ReportNode): boolean {
  if (top.op !== "sub" || bottom.op !== "add") return false;
  const [a, b] = [top, bottom].map((each) => inputsOf(traced, each));
  const isPositive = (each: ReportNode) => each.op === "exp" || numberOf(each) === 1;
  if (a === undefined || b === undefined || !a.every(isPositive) || !a.some(({ op }) => op === "exp"))
    return false;
  const [one, other] = [a, b].map((each) => each.map((node) => termKey(traced, node)).toSorted());
  return one?.join() === other?.join();
}

/** The same for the same formula of the same values, computed once or twice. */
function termKey(traced: Traced, node: ReportNode): string {
  const number = numberOf(node);
  if (number !== null) return String(number);
  if (!["exp", "neg", "mul"].includes(node.op)) return `node ${node.id}`;
  return `${node.op}(${inputsOf(traced, node).map((input) => termKey(traced, input))})`;
}
