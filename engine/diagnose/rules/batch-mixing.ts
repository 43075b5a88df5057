/** Items of a batch that reach each other on their way through the layers. */
import type { Remedy } from "../../report/remedy";
import type { ReportNode, Site } from "../../report/report";
import { at } from "../../report/trace";
import { lossTermsOf } from "../measures/loss-terms";
import { attributesOf, layerSite } from "../measures/places";
import { carriesGradient, inputsOf, rowsOf, usersOf } from "../measures/wires";
import { beside, defineRule, type Offered, type Trouble } from "../rule";
import { said } from "../said";
import type { Traced } from "../traced";
import { type DataPaths, dataPathsOf } from "./batch-mixing/data-paths";
import { type Batch, firstMixed } from "./batch-mixing/replay";
import { reshapedInstead } from "./batch-mixing/reshaped";

export const batchMixing = defineRule({
  id: "batch-mixing",
  title: "Items of the batch mix",
  severity: "error",
  page: {
    meaning:
      "The items of a batch are to pass the layers side by side. Where an operation takes a sum, a mean or a sequence along the wrong dimension, one item's result depends on the others.",
    harm: "The network learns from what it will not have when it is used, and says something else in another batch.",
    cure: "Name the dimension of the operation, and give layers for sequences their batch where they expect it.",
    source:
      "Karpathy's recipe for training (2019): the gradient of one item with respect to the others must be 0.",
  },
  thresholds: {},
  explains: ["initial-loss", "vanishing-gradient", "activation-scale", "saturation"],
  find: findMixed,
});

const reductions: ReadonlySet<string> = new Set([
  "sum",
  "mean",
  "std",
  "var",
  "max",
  "min",
  "amax",
  "amin",
  "norm",
  "logsumexp",
  "prod",
  "median",
]);
const normalisations: ReadonlySet<string> = new Set([
  "layerNorm",
  "groupNorm",
  "instanceNorm",
  "softmax",
  "logSoftmax",
  "cumsum",
  "cumprod",
]);
const products: ReadonlySet<string> = new Set(["linear", "matmul", "einsum", "conv1d", "conv2d"]);
const arrangements: ReadonlySet<string> = new Set(["reshape", "flatten", "transpose", "permute"]);
/** Operations that may mix although their result has an item for each row. */
const suspects: ReadonlySet<string> = new Set([
  ...reductions,
  "matmul",
  "einsum",
  "cumsum",
  "transpose",
  "permute",
  "roll",
  "flip",
  "sort",
]);

function findMixed(traced: Traced): Trouble[] {
  const prediction = lossTermsOf(traced)[0]?.prediction.shape;
  if (traced.experiments === null || prediction === undefined) return [];
  const paths = dataPathsOf(traced);
  const batches = batchesOf(traced, paths, prediction[0] ?? 1);
  const [batch] = batches;
  if (batch === undefined || !isSuspicious(traced, paths, batch)) return [];
  const kept = statisticsOf(traced, paths, batch);
  const mixed = batches.map((each) => firstMixed(traced, paths, each, kept));
  // Where the batch may lie along one dimension or another, one along which nothing mixes is it.
  if (mixed.some((node) => typeof node !== "number")) return [];
  const node = traced.nodes[mixed[0] ?? -1];
  const culprit = node === undefined ? null : culpritOf(traced, paths, batch, node);
  if (node === undefined || culprit === null) return [];
  return [{ ...report(node, culprit, batch), fixes: fixesFor(culprit, wholeStatistics(traced, paths)) }];
}

/** Along which dimension of the inputs the batch may lie: that of the predictions' rows, or a factor of them. */
function batchesOf(traced: Traced, { sources, shape }: DataPaths, rows: number): Batch[] {
  for (const source of sources) {
    // States that begin as zeros tell nothing.
    if (at(traced.trace.tables.nodes.std, source) === 0) continue;
    const [outer = 1, inner = 1] = shape(source);
    const found: Batch[] = [];
    if (outer === rows || outer * inner === rows) found.push({ dim: 0, size: outer });
    if (shape(source).length >= 2 && (inner === rows || outer * inner === rows))
      found.push({ dim: 1, size: inner });
    const whole = found.filter(({ size }) => size > 1);
    if (whole.length > 0) return whole;
  }
  return [];
}

/** A look that costs nothing: layers that keep the rows apart by what they are need no second run. */
function isSuspicious(traced: Traced, { op, shape, isOnTheWay }: DataPaths, { dim, size }: Batch): boolean {
  const carries = carriesGradient(traced);
  for (let node = 0; node < carries.length; node++) {
    if (carries[node] === 0 || isOnTheWay[node] === 0 || op(node) === "") continue;
    if (dim !== 0 || shape(node)[0] !== size) return true;
    if (suspects.has(op(node))) return true;
    if (normalisations.has(op(node)) && attributesOf(traced, node).dim === 0) return true;
  }
  return false;
}

/** Statistics of the batch that are meant: batch normalisation, by a layer or by hand as the mean over dimension 0. */
function statisticsOf(traced: Traced, paths: DataPaths, { size }: Batch): number[] {
  const carries = carriesGradient(traced);
  const found: number[] = [];
  for (let node = 0; node < carries.length; node++) {
    if (carries[node] === 0 || paths.isBeforeWeights[node] === 0) continue;
    if (paths.op(node) === "batchNorm") found.push(node);
    else if (!reductions.has(paths.op(node))) continue;
    else if (isStatistic(traced, paths, node, size) || isShift(traced, paths, node)) found.push(node);
  }
  return found;
}

/** A mean or spread for each feature, over the items, which the values are centred or scaled by. */
function isStatistic(traced: Traced, paths: DataPaths, node: number, size: number): boolean {
  const { dim, dims } = attributesOf(traced, node);
  const along = Array.isArray(dims) ? dims : [dim];
  const input = traced.nodes[node]?.inputs[0] ?? -1;
  const { length } = paths.shape(input);
  if (!along.some((each) => each === 0 || each === -length) || paths.shape(input)[0] !== size) return false;
  const elements = (id: number) => paths.shape(id).reduce((product, each) => product * each, 1);
  if (elements(node) < 2) return false;
  const queue = [node];
  for (const each of queue) {
    for (const user of rowsOf(usersOf(traced), each)) {
      if (queue.length > 12) return false;
      if (elements(user) > elements(node) && paths.op(user) !== "expand") {
        if (!["sub", "div", "mul"].includes(paths.op(user))) return false;
      } else if (products.has(paths.op(user))) return false;
      else queue.push(user);
    }
  }
  return true;
}

/** A maximum that is subtracted everywhere, as softmax does by hand: it keeps numbers in range and cancels out. */
function isShift(traced: Traced, paths: DataPaths, node: number): boolean {
  const users = rowsOf(usersOf(traced), node);
  const isLarge = (user: number) =>
    (traced.nodes[user]?.value.size ?? 0) > (traced.nodes[node]?.value.size ?? 0);
  return /^a?max$/.test(paths.op(node)) && users.every((user) => paths.op(user) === "sub" && isLarge(user));
}

interface Culprit {
  readonly site: Site | null;
  /** What mixes: "mean", "LSTM". */
  readonly what: string;
  readonly kind: "layer" | "arrangement" | "operation";
}

/** What is to blame; null where items may be meant to meet: steps of a sequence, nodes of a graph, elements of a set. */
function culpritOf(traced: Traced, paths: DataPaths, batch: Batch, node: ReportNode): Culprit | null {
  const layer = sequenceLayerOf(traced, node);
  const source = paths.sources.find((id) => paths.shape(id)[batch.dim] === batch.size);
  const isFlat = source === undefined || paths.shape(source).length <= 2;
  if (layer !== null) return isFlat ? null : (reshapeBefore(traced, paths, node) ?? layer);
  if (products.has(node.op)) {
    const [, second] = node.inputs;
    const isWeighted = node.inputs.some((id) => paths.isWeight[id] === 1);
    if (isWeighted)
      return (
        arrangementBefore(traced, node) ?? {
          site: layerSite(traced, node) ?? node.site,
          what: node.op,
          kind: "operation",
        }
      );
    const isGiven = node.inputs.some((id) => carriesGradient(traced)[id] === 0);
    if (isFlat || isGiven || second === undefined) return null;
    return arrangementBefore(traced, node) ?? { site: node.site, what: node.op, kind: "operation" };
  }
  if (!reductions.has(node.op) && !normalisations.has(node.op)) return null;
  return { site: layerSite(traced, node) ?? node.site, what: node.op, kind: "operation" };
}

/** A recurrent layer or an attention of the library, the outermost one. */
function sequenceLayerOf(traced: Traced, node: ReportNode): Culprit | null {
  let found: Culprit | null = null;
  for (let index: number | null = node.scope; index !== null && index > 0; ) {
    const scope: Traced["scopes"][number] | undefined = traced.scopes[index];
    if (scope === undefined) break;
    if (/^(RNN|LSTM|GRU|MultiheadAttention|Transformer\w*)$/.test(scope.type))
      found = { site: scope.site, what: scope.type, kind: "layer" };
    index = scope.parent;
  }
  return found;
}

function reshapeBefore(traced: Traced, paths: DataPaths, node: ReportNode): Culprit | null {
  const found = reshapedInstead(traced, paths, node);
  return found && { site: found.site, what: found.op, kind: "arrangement" };
}

/** The rearrangement right before a product that brings items together. */
function arrangementBefore(traced: Traced, node: ReportNode): Culprit | null {
  const { starts, rows } = inputsOf(traced);
  let id = node.inputs[0];
  for (let steps = 0; id !== undefined && steps < 6; steps++) {
    const each = traced.nodes[id];
    if (each === undefined || each.kind !== "operation") return null;
    if (arrangements.has(each.op) && layerSite(traced, each) === null)
      return { site: each.site, what: each.op, kind: "arrangement" };
    if (at(starts, id + 1) - at(starts, id) !== 1) return null;
    id = at(rows, at(starts, id));
  }
  return null;
}

function report(node: ReportNode, { site, what, kind }: Culprit, { dim, size }: Batch): Trouble {
  const related =
    site?.line === node.site?.line
      ? []
      : beside(node.site, `${node.op}: the first values that depend on two items`);
  return {
    ...said(
      `Items of the batch mix here: what ${what} gives for one item changes with others.`,
      kind === "layer"
        ? `${what} takes dimension 0 for the steps of a sequence, and here it holds the ${size} items.`
        : kind === "arrangement"
          ? `${what} keeps the order of the elements, so that values of several items come to stand in one row, or one sequence, which the next layer takes for one item.`
          : `Another first or last item of the ${size} changes the same numbers, before they meet further weights.`,
    ),
    site,
    node: node.id,
    evidence: { operation: node.op, culprit: what, batch: size, dimension: dim },
    related,
  };
}

/** Where statistics of all elements are taken that could be those of each item. */
function wholeStatistics(traced: Traced, paths: DataPaths): Site[] {
  const places = new Map<string, Site>();
  const carries = carriesGradient(traced);
  for (let node = 0; node < carries.length; node++) {
    if (carries[node] === 0 || paths.isOnTheWay[node] === 0 || !/^(mean|std|var|sum)$/.test(paths.op(node)))
      continue;
    const { site = null, value } = traced.nodes[node] ?? {};
    if (site !== null && value?.size === 1) places.set(`${site.file}:${site.line}:${site.column}`, site);
  }
  return [...places.values()];
}

function fixesFor({ site, what, kind }: Culprit, whole: readonly Site[]): Offered[] {
  if (kind === "layer")
    return [
      {
        title: `Construct the ${what} with batchFirst: true`,
        detail: "It then takes [items, steps, features].",
        ...(site === null
          ? {}
          : { remedies: [{ change: "option", call: site, name: "batchFirst", value: "true" }] }),
      },
    ];
  if (kind === "arrangement")
    return [
      {
        title: "Move dimensions with permute or transpose, and reshape then",
        detail: "reshape keeps the order of the elements; it does not move dimensions.",
      },
    ];
  return [
    {
      title: `Give ${what} the dimensions of one item`,
      detail: "With dim: -1, for instance, it takes in the features of each item alone.",
      ...(whole.length === 0 ? {} : { remedies: whole.flatMap(ofEachItem) }),
    },
  ];
}

function ofEachItem(call: Site): Remedy[] {
  return [{ change: "argument", call, index: 1, value: "{ dim: -1, keepdim: true }" }];
}
