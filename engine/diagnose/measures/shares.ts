/** Who makes signals grow or fade on their way through a network: the share of weights, activations and other operations. */
import type { Site } from "../../report/report";
import { lazily } from "../lazily";
import type { Traced } from "../traced";
import { keyOfSite, originOf, recurrentOrigin } from "./origins";
import { placeToChange } from "./places";
import { isLayer, shapeOf, sizeAt, type TrunkStep, trunkOf } from "./trunk";
import { carriesGradient, inputsOf, rowsOf, usersOf } from "./wires";

/** What one line of the model contributes to the way of the gradient. */
export interface Share {
  /** "chosen": weights whose values the text chose. "drawn": weights as layers draw them. Else operations without weights. */
  readonly of: "chosen" | "drawn" | "operation";
  readonly op: string;
  readonly site: Site | null;
  /** Steps of it, the last one first. */
  readonly steps: readonly TrunkStep[];
  /** The parameter it is about, where it is about one. */
  readonly parameter: number | null;
  /** The factor by which all of its steps together multiply the gradient. */
  readonly factor: number;
}

interface Growing {
  of: Share["of"];
  op: string;
  site: Site | null;
  steps: TrunkStep[];
  parameter: number | null;
  log: number;
}

/** They pass about half of what comes, so that the weights before them are to be larger: theirs is the account. */
const rectifiers: ReadonlySet<string> = new Set([
  "relu",
  "relu6",
  "leakyRelu",
  "elu",
  "selu",
  "celu",
  "gelu",
  "silu",
  "mish",
  "softplus",
  "hardswish",
  "dropout",
]);
const normalisations: ReadonlySet<string> = new Set([
  "batchNorm",
  "batchNormEval",
  "layerNorm",
  "groupNorm",
  "instanceNorm",
  "rmsNorm",
  "standardize",
  "inverseDeviation",
]);

/** What is more passes nearly all. */
const MOST = 0.85;

export interface Account {
  readonly shares: readonly Share[];
  /** Norm of the gradient where the first layer gave its result, over that where the last one did. */
  readonly total: number;
  /** The same on this way alone, without what other terms of the loss add to it. */
  readonly alone: number;
  /** Size of the last layer's result over that of the first one's. */
  readonly growth: number;
  readonly layers: number;
  /** How often the weights that come most often come: steps of a recurrence, or 1. */
  readonly repeats: number;
}

export const accountOf = lazily((traced): Account | null => {
  const trunk = trunkOf(traced);
  const [last] = trunk;
  const first = trunk.at(-1);
  if (last === undefined || first === undefined || trunk.length < 2) return null;
  const groups = new Map<string, Growing>();
  let current: Growing | null = null;
  for (const step of trunk.toReversed()) {
    const gain = gainOf(step, step === first);
    const chosen = normalisations.has(step.op) ? chosenScale(traced, step) : null;
    const isFollower = chosen === null && (rectifiers.has(step.op) || normalisations.has(step.op));
    const group: Growing = current !== null && isFollower ? current : groupOf(traced, step, groups);
    // What a normalisation undoes is the account of the weights before it; its own scale is its own.
    group.log += Math.log(chosen ?? gain);
    if (chosen !== null && current !== null) current.log += Math.log(gain / chosen);
    group.steps.push(step);
    if (isLayer(traced, step)) current = group;
  }
  const shares = [...groups.values()].map(({ log, steps, ...rest }): Share => {
    return { ...rest, steps: steps.reverse(), factor: Math.exp(log) };
  });
  const total = trunk.slice(0, -1).reduce((product, { backward }) => product * backward, 1);
  const layers = trunk.filter((step) => isLayer(traced, step)).length;
  return {
    shares,
    total,
    alone: trunk.slice(0, -1).reduce((product, step) => product * step.alone, 1),
    growth: sizeAt(traced, last.node) / sizeAt(traced, first.node),
    layers,
    repeats: repeatsOf(traced),
  };
});

/** The scale of a normalisation, where the text chose it and it is not 0. */
function chosenScale(traced: Traced, { parameters: [scale] }: TrunkStep): number | null {
  if (scale === undefined || !originOf(traced, scale).isChosen) return null;
  return sizeAt(traced, scale) || null;
}

/** Nothing is known of the gradient of data: there the sizes themselves tell, but not those of a table that is looked up. */
function gainOf({ backward, forward, op }: TrunkStep, isFirst: boolean): number {
  if (backward > 0 && Number.isFinite(backward)) return backward;
  return isFirst && op !== "embedding" && forward > 1 && Number.isFinite(forward) ? forward : 1;
}

function groupOf(traced: Traced, step: TrunkStep, groups: Map<string, Growing>): Growing {
  const main = mainOf(traced, step);
  const node = traced.nodes[step.node];
  const origin = main === null ? null : originOf(traced, main);
  const recurrent = recurrentOrigin(traced, step.node);
  const of = origin?.isChosen ? "chosen" : isLayer(traced, step) ? "drawn" : "operation";
  const site =
    of === "chosen"
      ? (origin?.site ?? null)
      : recurrent !== null
        ? recurrent.site
        : node === undefined
          ? null
          : of === "drawn"
            ? node.site
            : placeToChange(traced, node);
  const key = `${of} ${of === "chosen" ? "" : step.op} ${keyOfSite(site)}`;
  const known = groups.get(key);
  if (known !== undefined) return known;
  const made: Growing = { of, op: step.op, site, steps: [], parameter: main, log: 0 };
  groups.set(key, made);
  return made;
}

/** The parameter whose values an operation's gain is made of: its matrix, or of what its matrix is made of the one farthest from 1. */
function mainOf(traced: Traced, { node, parameters }: TrunkStep): number | null {
  const inputs = new Set(rowsOf(inputsOf(traced), node));
  const direct = parameters.filter((id) => inputs.has(id));
  const matrix = direct.find((id) => shapeOf(traced, id).length > 1);
  if (matrix !== undefined) return matrix;
  if (direct.length > 0 && parameters.length === direct.length) return direct[0] ?? null;
  const distance = (id: number) => Math.abs(Math.log(sizeAt(traced, id) || 1));
  const chosen = parameters.filter((id) => originOf(traced, id).isChosen);
  return (chosen.length > 0 ? chosen : parameters).toSorted((a, b) => distance(b) - distance(a))[0] ?? null;
}

/** Whether what stands between the layers cuts about half of what comes, so that weights are to be larger for it. */
export function isRectified({ shares }: Account): boolean {
  const cuts = shares.flatMap(({ steps }) => steps.filter(({ op }) => rectifiers.has(op)));
  const logs = cuts.filter(({ backward }) => backward > 0).map(({ backward }) => Math.log(backward));
  return logs.length > 0 && Math.exp(logs.reduce((a, b) => a + b, 0) / logs.length) < MOST;
}

/** How often the matrix that is applied most often is applied on the way to the loss. */
function repeatsOf(traced: Traced): number {
  const carries = carriesGradient(traced);
  const users = usersOf(traced);
  let most = 1;
  for (const { node } of traced.parameters) {
    if (shapeOf(traced, node).length < 2) continue;
    most = Math.max(most, rowsOf(users, node).filter((user) => carries[user] === 1).length);
  }
  return most;
}
