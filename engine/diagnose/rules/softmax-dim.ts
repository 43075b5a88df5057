/** A softmax along the wrong dimension: over the items of a batch, or over the queries of an attention. */

import { showCount } from "../../core/number-text";
import { showShape } from "../../core/shape";
import type { ReportNode } from "../../report/report";
import { type Activation, activationOf, softmaxesOf } from "../measures/activations";
import { arrangedFrom, numberOf, sidesOf } from "../measures/chains";
import { lossTermsOf } from "../measures/loss-terms";
import { placeToChange } from "../measures/places";
import { classDimOf, probabilityDims } from "../measures/targets";
import { carriesGradient, rowsOf, usersOf } from "../measures/wires";
import { defineRule, type Trouble } from "../rule";
import { said } from "../said";
import type { Traced } from "../traced";

/** What weights pass before they weigh something. */
const keeps = new Set(["dropout", "alias", "clone", "cast", "maskedFill", "where"]);

export const softmaxDim = defineRule({
  id: "softmax-dim",
  title: "Softmax over the wrong dimension",
  severity: "error",
  page: {
    meaning:
      "Softmax makes numbers along one dimension sum to 1: the classes of an item, or the keys that a query looks at.",
    harm: "Along another dimension items of the batch, or queries, compete with one another: what comes out for one depends on which others are beside it, and does not sum to 1 where it should.",
    cure: "Give softmax the dimension of the classes or of the keys; that is mostly the last one, −1.",
    source: "PyTorch warns where the dimension of a softmax is left to it; a classic of forums.",
  },
  thresholds: {},
  explains: [
    "batch-mixing",
    "logits-as-probabilities",
    "initial-loss",
    "loss-for-activation",
    "attention-mask",
  ],
  find: findSoftmaxes,
});

interface Wrong {
  readonly softmax: Activation;
  readonly dim: number;
  /** Null where it has no dimension of its own for them. */
  readonly right: number | null;
  /** What competes, and what should. */
  readonly over: string;
  readonly instead: string;
}

function findSoftmaxes(traced: Traced): Trouble[] {
  const found = new Map<string, Trouble>();
  const classes = classDims(traced);
  for (const softmax of softmaxesOf(traced)) {
    const { dim, node } = softmax;
    if (dim === null) continue;
    const wrong =
      againstClasses(softmax, dim, classes.get(node.id)) ??
      againstKeys(traced, softmax, dim) ??
      overBatch(traced, softmax, dim);
    const site = placeToChange(traced, node);
    const key = JSON.stringify(site);
    if (wrong !== null && !found.has(key)) found.set(key, report(traced, wrong));
  }
  return [...found.values()];
}

/** Which dimension the classes have in what a softmax made, where a loss takes that, by the softmax's node. */
function classDims(traced: Traced): Map<number, number | "none"> {
  const found = new Map<number, number | "none">();
  for (const term of lossTermsOf(traced)) {
    const { kind, node, prediction } = term;
    const direct = kind === "class-logs" || kind === "probabilities" ? prediction : null;
    const given = direct?.op === "log" ? traced.nodes[direct.inputs[0] ?? -1] : direct;
    const source = given && arrangedFrom(traced, given);
    const made = source
      ? activationOf(traced, source)
      : node.op === "logSoftmax"
        ? activationOf(traced, node)
        : null;
    const isSoftmax = made?.op === "softmax" || made?.op === "logSoftmax";
    const dim = made !== null && isSoftmax ? classDimOf(traced, term) : null;
    if (made === null || dim === null) continue;
    if (!given || given === made.node) found.set(made.node.id, dim);
    else if (made.op === "softmax" && !sumsToOneAlong(traced, given, dim)) found.set(made.node.id, "none");
  }
  return found;
}

/** Of probabilities that were arranged anew only their values tell along which dimension they are some. */
function sumsToOneAlong(traced: Traced, { id, shape }: ReportNode, dim: number): boolean {
  const values = traced.values(id, "value");
  return values === null || probabilityDims(values, shape).includes(dim);
}

function againstClasses(softmax: Activation, dim: number, right: number | "none" | undefined): Wrong | null {
  if (right === undefined || right === dim) return null;
  return {
    softmax,
    dim,
    right: right === "none" ? null : right,
    over: right !== "none" && dim === 0 ? "the items of the batch" : "another dimension than the classes",
    instead: "the classes",
  };
}

/** Attention: the weights are multiplied with values along their last dimension, which must be the one that sums to 1. */
function againstKeys(traced: Traced, softmax: Activation, dim: number): Wrong | null {
  const last = softmax.node.shape.length - 1;
  if (dim === last || last < 1 || !comesFromProduct(traced, softmax)) return null;
  const carries = carriesGradient(traced);
  let at = softmax.node.id;
  for (let step = 0; step < 6; step++) {
    const users = rowsOf(usersOf(traced), at).filter((user) => carries[user] === 1);
    const user = traced.nodes[users[0] ?? -1];
    if (users.length !== 1 || user === undefined) return null;
    if (user.op === "matmul") {
      const isLeft = user.inputs[0] === at;
      return isLeft ? { softmax, dim, right: last, over: "the queries", instead: "the keys" } : null;
    }
    const scales = user.op === "mul" && sidesOf(traced, user) !== null;
    if (!keeps.has(user.op) && !scales) return null;
    at = user.id;
  }
  return null;
}

/** True when its input is a product of two values of the network, scaled and masked. */
function comesFromProduct({ nodes }: Traced, { input }: Activation): boolean {
  let node = input ?? undefined;
  for (let step = 0; step < 8 && node !== undefined; step++) {
    if (node.op === "matmul") return node.inputs.every((id) => nodes[id]?.kind === "operation");
    const passes = ["add", "sub", "mul", "div", "where", "maskedFill", "clamp", "cast"].includes(node.op);
    if (!passes) return false;
    const inputs: ReportNode[] = node.inputs.flatMap((id) => nodes[id] ?? []);
    node = inputs.find(({ requiresGrad }) => requiresGrad);
  }
  return false;
}

/** Over the first dimension, which holds the items of the batch. */
function overBatch(traced: Traced, softmax: Activation, dim: number): Wrong | null {
  const { shape } = softmax.node;
  const [items = 0, ...others] = shape;
  if (dim !== 0 || others.length === 0 || items < 2) return null;
  // A square compares all items with all others, both ways.
  if (others.includes(items) || others.every((n) => n === 1)) return null;
  const isBatch = lossTermsOf(traced).some(
    ({ prediction: { shape: of } }) => of[0] === items && of.length > 1,
  );
  if (!isBatch || !isMadeOfRows(traced, softmax)) return null;
  const right = shape.length - 1;
  return { softmax, dim, right, over: "the items of the batch", instead: "the last dimension" };
}

/** True when a linear layer made the numbers, for each item on its own. */
function isMadeOfRows({ nodes }: Traced, { input }: Activation): boolean {
  let node = input ?? undefined;
  while (node !== undefined && node.op !== "linear" && node.op !== "matmul") {
    const inputs: ReportNode[] = node.inputs.flatMap((id) => nodes[id] ?? []);
    const others = inputs.slice(1).every((each) => numberOf(each) !== null || each.shape.length <= 1);
    if (!["add", "sub", "mul", "div"].includes(node.op) || !others) return false;
    node = inputs[0];
  }
  return node !== undefined;
}

function report(traced: Traced, { softmax, dim, right, over, instead }: Wrong): Trouble {
  const { node, op, isFormula } = softmax;
  const length = node.shape[dim] ?? 1;
  const site = placeToChange(traced, node);
  const call = node.site;
  const where = right === null ? instead : `${instead} (dimension ${right})`;
  return {
    ...said(
      `This ${op}${isFormula ? " by a formula," : ""} of shape ${showShape(node.shape)} goes along dimension ${dim}, over ${over} (${showCount(length)}), not over ${where}.`,
      `What sums to 1 are the numbers of one column over ${over}: each depends on all others there.`,
    ),
    site,
    node: node.id,
    evidence: { dim, right: right ?? instead, shape: showShape(node.shape) },
    fixes: [
      right === null
        ? {
            title: `Take the softmax where ${instead} have a dimension of their own`,
            detail: `Before the numbers are arranged anew, or behind it: then those along ${instead} sum to 1.`,
          }
        : {
            title: `Take dimension ${right}`,
            detail: `Then the numbers along ${instead} sum to 1.`,
            ...(call !== null && site === call && !isFormula ? { remedies: [dimRemedy(call, right)] } : {}),
          },
    ],
  };
}

const dimRemedy = (call: NonNullable<ReportNode["site"]>, right: number) => ({
  change: "option" as const,
  call,
  name: "dim",
  value: String(right),
  position: 1,
});
