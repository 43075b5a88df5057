/** NaN and infinities: the operation that made the first one, in the forward pass and on the way back. */

import { showCount, showNumber, showTimes } from "../../core/number-text";
import type { ReportNode } from "../../report/report";
import type { Column } from "../../report/schema";
import { rowsOf, usersOf } from "../measures/wires";
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
  explains: ["exploding-gradient", "vanishing-gradient", "dead-units"],
  find: findOrigin,
});

function findOrigin(traced: Traced): Trouble[] {
  const { nodes, gradients } = traced.trace.tables;
  const isAny = ({ nonFinite: counts }: { readonly nonFinite: Column }) =>
    Array.prototype.some.call(counts, (count: number) => count > 0);
  if (!isAny(nodes) && !isAny(gradients)) return [];
  const forward = traced.nodes.find(({ value }) => value.nonFinite > 0);
  if (forward !== undefined) return [inForward(traced, forward)];
  // The backward pass visits nodes from the last to the first.
  const backward = traced.nodes.findLast(({ grad }) => grad !== null && grad.nonFinite > 0);
  return backward === undefined ? [] : [inBackward(traced, backward)];
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
    site: node.site,
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
