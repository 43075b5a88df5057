/** A softmax along the wrong dimension: over the items of a batch, or over the queries of an attention. */

import { showCount } from "../../core/number-text";
import { showShape } from "../../core/shape";
import type { ReportNode } from "../../report/report";
import { numberOf, sidesOf } from "../measures/chains";
import { lossTermsOf } from "../measures/loss-terms";
import { attributesOf, operationsNamed, placeToChange } from "../measures/places";
import { classDimOf } from "../measures/targets";
import { carriesGradient, rowsOf, usersOf } from "../measures/wires";
import { defineRule, type Trouble } from "../rule";
import { said } from "../said";
import type { Traced } from "../traced";

const softmaxes = new Set(["softmax", "logSoftmax"]);
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
  readonly softmax: ReportNode;
  readonly dim: number;
  readonly right: number;
  /** What competes, and what should. */
  readonly over: string;
  readonly instead: string;
}

function findSoftmaxes(traced: Traced): Trouble[] {
  const carries = carriesGradient(traced);
  const found = new Map<string, Trouble>();
  const classes = classDims(traced);
  for (const id of operationsNamed(traced, softmaxes)) {
    const softmax = traced.nodes[id];
    const { dim } = attributesOf(traced, id);
    if (softmax === undefined || carries[id] !== 1 || typeof dim !== "number") continue;
    const wrong =
      againstClasses(softmax, dim, classes.get(id)) ??
      againstKeys(traced, softmax, dim) ??
      overBatch(traced, softmax, dim);
    const site = placeToChange(traced, softmax);
    const key = JSON.stringify(site);
    if (wrong !== null && !found.has(key)) found.set(key, report(traced, wrong));
  }
  return [...found.values()];
}

/** The dimension of the classes where a loss takes what a softmax made, by the softmax's node. */
function classDims(traced: Traced): Map<number, number> {
  const found = new Map<number, number>();
  for (const term of lossTermsOf(traced)) {
    const { kind, node, prediction } = term;
    const direct = kind === "class-logs" || kind === "probabilities" ? prediction : null;
    const softmax = direct?.op === "log" ? traced.nodes[direct.inputs[0] ?? -1] : direct;
    const made = softmax ?? (node.op === "logSoftmax" ? node : null);
    const dim = made !== null && softmaxes.has(made.op) ? classDimOf(traced, term) : null;
    if (made !== null && dim !== null) found.set(made.id, dim);
  }
  return found;
}

function againstClasses(softmax: ReportNode, dim: number, right: number | undefined): Wrong | null {
  if (right === undefined || right === dim) return null;
  return {
    softmax,
    dim,
    right,
    over: dim === 0 ? "the items of the batch" : "another dimension than the classes",
    instead: "the classes",
  };
}

/** Attention: the weights are multiplied with values along their last dimension, which must be the one that sums to 1. */
function againstKeys(traced: Traced, softmax: ReportNode, dim: number): Wrong | null {
  const last = softmax.shape.length - 1;
  if (dim === last || last < 1 || !comesFromProduct(traced, softmax)) return null;
  const carries = carriesGradient(traced);
  let at = softmax.id;
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
function comesFromProduct({ nodes }: Traced, softmax: ReportNode): boolean {
  let node = nodes[softmax.inputs[0] ?? -1];
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
function overBatch(traced: Traced, { shape, ...rest }: ReportNode, dim: number): Wrong | null {
  const softmax = traced.nodes[rest.id];
  const [items = 0, ...others] = shape;
  if (softmax === undefined || dim !== 0 || others.length === 0 || items < 2) return null;
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
function isMadeOfRows({ nodes }: Traced, softmax: ReportNode): boolean {
  let node = nodes[softmax.inputs[0] ?? -1];
  while (node !== undefined && node.op !== "linear" && node.op !== "matmul") {
    const inputs: ReportNode[] = node.inputs.flatMap((id) => nodes[id] ?? []);
    const others = inputs.slice(1).every((each) => numberOf(each) !== null || each.shape.length <= 1);
    if (!["add", "sub", "mul", "div"].includes(node.op) || !others) return false;
    node = inputs[0];
  }
  return node !== undefined;
}

function report(traced: Traced, { softmax, dim, right, over, instead }: Wrong): Trouble {
  const length = softmax.shape[dim] ?? 1;
  const site = placeToChange(traced, softmax);
  const call = softmax.site;
  return {
    ...said(
      `This ${softmax.op} of shape ${showShape(softmax.shape)} goes along dimension ${dim}, over ${over} (${showCount(length)}), not over ${instead} (dimension ${right}).`,
      `What sums to 1 are the numbers of one column over ${over}: each depends on all others there.`,
    ),
    site,
    node: softmax.id,
    evidence: { dim, right, shape: showShape(softmax.shape) },
    fixes: [
      {
        title: `Take dimension ${right}`,
        detail: `Then the numbers along ${instead} sum to 1.`,
        ...(call !== null && site === call ? { remedies: [dimRemedy(call, right)] } : {}),
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
