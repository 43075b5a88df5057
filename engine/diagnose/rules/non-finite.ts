/** NaN and infinities: the operation that made the first one, in the forward pass and on the way back. */

import { showCount, showNumber, showTimes } from "../../core/number-text";
import { IS_WEIGHT } from "../../report/names";
import type { ReportNode } from "../../report/report";
import { at } from "../../report/trace";
import { stepperOf } from "../measures/causes";
import { carriesGradient, rowsOf, usersOf } from "../measures/wires";
import { defineRule, type Trouble } from "../rule";
import { said } from "../said";
import type { Traced } from "../traced";

export const nonFinite = defineRule({
  id: "non-finite",
  title: "NaN or infinity",
  severity: "error",
  page: {
    meaning:
      "An operation gave NaN or infinity, in the forward pass or on the way back, and all that is made of it has them, too.",
    harm: "One step with such a gradient makes the weights NaN, and nothing brings them back.",
    cure: "Keep the input of the operation inside of its range: an epsilon under log, sqrt and division, a stable form such as logSoftmax, a where that chooses the input and not the result.",
    source:
      "The first one in forward order, as TensorFlow's check_numerics; in the backward pass as PyTorch's anomaly detection.",
  },
  thresholds: {},
  explains: [
    "exploding-gradient",
    "vanishing-gradient",
    "dead-units",
    "saturation",
    "initialisation",
    "activation-scale",
    "initial-loss",
    "zero-gradient",
    "dominated-gradient",
    "symmetric-units",
    "update-ratio",
    "learning-rate-edge",
    "output-range",
    "no-gradient",
  ],
  find: findOrigin,
});

function findOrigin(traced: Traced): Trouble[] {
  const carries = carriesGradient(traced);
  const loss = traced.loss === null ? undefined : traced.nodes[traced.loss.node];
  if (loss === undefined) return [];
  if (loss.value.nonFinite > 0) return [inForward(traced, originOfLoss(traced, loss))];
  // Infinities that a mask or a comparison takes away again harm nobody: values are looked at no further.
  const { node: rows, nonFinite: counts } = traced.trace.tables.gradients;
  const { flags } = traced.trace.tables.nodes;
  const isHit = (row: number) => at(counts, row) > 0 && at(flags, at(rows, row)) === IS_WEIGHT;
  // What a slope of 0 takes out again on the way reaches no weight.
  if (!Array.from(rows, (_, row) => row).some(isHit)) return [];
  for (let row = rows.length - 1; row >= 0; row--) {
    const id = at(rows, row);
    const node = carries[id] === 1 && at(counts, row) > 0 ? traced.nodes[id] : undefined;
    // The backward pass visits nodes from the last to the first.
    if (node !== undefined) return [inBackward(traced, node)];
  }
  return [];
}

/** What infinities are given by on purpose, to be taken away again by a softmax or a minimum. */
const masks: ReadonlySet<string> = new Set([
  "maskedFill",
  "where",
  "input",
  "constant",
  "minimum",
  "maximum",
  "add",
  "triu",
  "tril",
]);

/** The first of the values that made the loss no number. */
function originOfLoss(traced: Traced, loss: ReportNode): ReportNode {
  const behind = new Map([[loss.id, loss]]);
  const queue = [loss];
  for (let node = queue.pop(); node !== undefined; node = queue.pop())
    for (const id of node.inputs) {
      const input = traced.nodes[id];
      if (input === undefined || behind.has(id) || input.value.nonFinite === 0) continue;
      behind.set(id, input);
      queue.push(input);
    }
  const all = [...behind.values()].sort((a, b) => a.id - b.id);
  const made = all.find((node) => !isMask(traced, node));
  return made ?? all[0] ?? loss;
}

function isMask(traced: Traced, { id, op, kind }: ReportNode): boolean {
  if (!masks.has(kind === "operation" ? lowered(op) : kind)) return false;
  return kindOf(traced.values(id, "value") ?? []) === "infinity";
}

function lowered(op: string): string {
  return op.charAt(0).toLowerCase() + op.slice(1);
}

function inForward(traced: Traced, node: ReportNode): Trouble {
  const values = traced.values(node.id, "value") ?? [];
  const what = kindOf(values);
  const inputs = node.inputs.flatMap((id) => traced.nodes[id] ?? []);
  const affected = traced.nodes.filter(({ value }) => value.nonFinite > 0).length;
  const made = node.kind === "operation";
  const from = made
    ? `${node.op} made the first ${what} of the run from finite inputs: ${inputs.map(rangeOf).join(", ") || "none"}`
    : isWeight(node)
      ? `${node.name ?? "The parameter made here"} holds ${what} already before this step`
      : `The values given here hold ${what}`;
  return {
    severity: "error",
    ...said(
      `${made ? capital(from) : from}.`,
      `${showTimes(node.value.nonFinite, "element")} of ${showCount(node.value.size)}; ${showTimes(affected, "tensor")} of the run ${affected === 1 ? "is" : "are"} affected.${reasonFor(node, inputs)}`,
    ),
    site: (isWeight(node) ? stepperOf(traced, [node.id])?.site : null) ?? node.site,
    node: node.id,
    evidence: {
      pass: "forward",
      operation: node.op,
      kind: what,
      elements: node.value.nonFinite,
      affected,
      ...operands(inputs),
    },
    related: relatedTo(inputs),
    fixes: made ? fixesFor(node.op) : isWeight(node) ? [diverged] : [],
  };
}

function isWeight({ kind }: ReportNode): boolean {
  return kind === "parameter";
}

const diverged = {
  title: "Lower the learning rate, or clip the gradients",
  detail: "Weights that training has made infinite or NaN took steps that were too large.",
};

function inBackward(traced: Traced, node: ReportNode): Trouble {
  const g = traced.values(node.id, "grad") ?? [];
  const what = kindOf(g);
  // What handed the bad gradient back is an operation that used this tensor and itself received a finite one.
  const user = rowsOf(usersOf(traced), node.id)
    .flatMap((id) => traced.nodes[id] ?? [])
    .find(({ grad, kind }) => kind === "operation" && grad !== null && grad.nonFinite === 0);
  const inputs = user?.inputs.flatMap((id) => traced.nodes[id] ?? []) ?? [];
  const affected = traced.nodes.filter(({ grad }) => grad !== null && grad.nonFinite > 0).length;
  const maker = user ?? node;
  return {
    severity: "error",
    ...said(
      `All values are finite, but the backward pass of ${maker.op} made the first ${what}: it received ${user?.grad ? rangeOf({ ...user, value: user.grad, name: "a gradient" }) : "a gradient"} and its inputs were ${inputs.map(rangeOf).join(", ")}.`,
      `${showTimes(affected, "gradient")} ${affected === 1 ? "is" : "are"} affected.${reasonFor(maker, inputs)}${trapOf(traced, maker)}`,
    ),
    site: maker.site,
    node: maker.id,
    evidence: {
      pass: "backward",
      operation: maker.op,
      kind: what,
      elements: node.grad?.nonFinite ?? 0,
      affected,
      ...operands(inputs),
    },
    related: relatedTo(inputs),
    fixes: fixesFor(maker.op),
  };
}

function kindOf(values: ArrayLike<number>): "NaN" | "infinity" {
  return Array.prototype.some.call(values, (v: number) => Number.isNaN(v)) ? "NaN" : "infinity";
}

type Ranged = Pick<ReportNode, "name" | "kind" | "op" | "value">;

function rangeOf({ name, kind, op, value }: Ranged): string {
  const who = name ?? (kind === "operation" ? op : kind);
  return value.size === 1
    ? `${who} = ${showNumber(value.min, 3)}`
    : `${who} from ${showNumber(value.min, 3)} to ${showNumber(value.max, 3)}`;
}

function operands(inputs: readonly ReportNode[]): Record<string, number> {
  return Object.fromEntries(
    inputs.flatMap(({ value }, i) => [
      [`input${i + 1}Min`, value.min],
      [`input${i + 1}Max`, value.max],
    ]),
  );
}

function relatedTo(inputs: readonly ReportNode[]) {
  return inputs.flatMap((input) =>
    input.site === null ? [] : [{ site: input.site, message: rangeOf(input) }],
  );
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** Why this operation makes what is not finite, where that is known. */
function reasonFor({ op }: ReportNode, inputs: readonly ReportNode[]): string {
  const low = inputs[0]?.value.min ?? 0;
  const denominator = inputs[1]?.value;
  if (op === "log")
    return low < 0
      ? " The logarithm of a negative number is no number."
      : " The logarithm of 0 is minus infinity.";
  if (op === "sqrt")
    return low < 0
      ? " A negative number has no square root."
      : " The slope of the square root at 0 is infinite.";
  if (op === "div" && denominator && denominator.min <= 0 && denominator.max >= 0)
    return " Its denominator contains 0.";
  if (op === "exp" && (inputs[0]?.value.max ?? 0) > 80) return " exp of more than 88 exceeds float32.";
  if (op === "norm" || op === "pow") return low === 0 ? " Its derivative at 0 is infinite." : "";
  return "";
}

/** `where` computes both branches: the one that is not taken still sends 0 · ∞ = NaN back. */
function trapOf({ nodes }: Traced, maker: ReportNode): string {
  const seen = new Set([maker.id]);
  for (const node of nodes) {
    if (node.id <= maker.id || !node.inputs.some((input) => seen.has(input))) continue;
    seen.add(node.id);
    if (node.op === "where") {
      return " Its result goes through where(), which computes both branches: the branch that is not taken still multiplies 0 by infinity on the way back. Choose safe inputs before this operation instead.";
    }
  }
  return "";
}

function fixesFor(op: string) {
  const fixes: Readonly<Record<string, { title: string; detail: string }>> = {
    log: {
      title: "Keep the argument of log above 0",
      detail: "log(x + 1e-8), or logSoftmax(x) in place of log(softmax(x)), stays finite.",
    },
    sqrt: { title: "Add a small number below the root", detail: "sqrt(x + 1e-8) has a finite slope at 0." },
    div: {
      title: "Keep the denominator away from 0",
      detail: "Add a small number such as 1e-8 to it, or clamp it.",
    },
    exp: {
      title: "Subtract the maximum before exp",
      detail: "softmax, logSoftmax and logsumexp do that, and give the same result.",
    },
  };
  const fix = fixes[op];
  return fix === undefined ? [] : [fix];
}
