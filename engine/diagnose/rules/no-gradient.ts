/** Parameters that the loss does not reach: the call that cut the gradient, or a layer that nothing runs through. */
import { showTimes } from "../../core/number-text";
import type { RelatedSite } from "../../report/report";
import { at } from "../../report/trace";
import { cutsOf, type GradientCut, valuesBehindLoss } from "../measures/cuts";
import { isHeldWith, optimisersOf } from "../measures/optimisers";
import { layerOf, modelOf, parameterName, parametersOf } from "../measures/parameters";
import { carriesGradient, inputsOf } from "../measures/wires";
import type { Offered } from "../rule";
import { beside, defineRule, type Trouble } from "../rule";
import { said } from "../said";
import type { Traced } from "../traced";
import { idleLayers } from "./no-gradient/idle-layers";
import { plainWeights } from "./no-gradient/plain-weights";

const symptoms = [
  "zero-gradient",
  "initial-loss",
  "vanishing-gradient",
  "parameter-not-optimised",
  "dominated-gradient",
];

export const noGradient = defineRule({
  id: "no-gradient",
  title: "No gradient",
  severity: "error",
  page: {
    meaning:
      "A parameter learns from the gradient of the loss with respect to it. Where the values pass a call that keeps no history, such as detach() or item(), the way back ends there.",
    harm: "The parameters before that call never change, however long the network is trained.",
    cure: "Leave the call out, or put it where only a copy for reading is taken.",
    source:
      "PyTorch's notes on autograd mechanics; the first cut on the way from the parameters to the loss.",
  },
  thresholds: {},
  explains: symptoms,
  find: findUnreached,
  measure: (traced) => ({
    label: "parameters without a gradient",
    value: parametersOf(traced).unreached.size,
  }),
});

function findUnreached(traced: Traced): readonly Trouble[] {
  const { reached, unreached } = parametersOf(traced);
  const cut = unreached.size === 0 ? [] : findCuts(traced, reached, unreached);
  if (cut.length > 0) return cut;
  const plain = plainWeights(traced);
  return plain.length > 0 ? plain : unreached.size === 0 ? [] : idleLayers(traced, symptoms);
}

/** The first cut on the way of each parameter to the loss. */
function findCuts(traced: Traced, reached: ReadonlySet<number>, unreached: ReadonlySet<number>): Trouble[] {
  const behind = valuesBehindLoss(traced);
  const troubles: Trouble[] = [];
  const told = new Set<number>();
  const lines = new Set<string>();
  for (const cut of cutsOf(traced)) {
    if (!isOnTheWay(traced, cut, behind)) continue;
    const line = `${cut.site?.file}:${cut.site?.line}`;
    if (lines.has(line) || lines.size >= 4) continue;
    const before = parametersBefore(traced, cut).filter((node) => unreached.has(node) && !told.has(node));
    const lost = before.filter((node) => !isMeant(traced, node, cut, reached));
    if (lost.length === 0) continue;
    lines.add(line);
    for (const node of lost) told.add(node);
    troubles.push(report(traced, cut, lost, reached.size));
  }
  return troubles;
}

function isOnTheWay(traced: Traced, { from, to }: GradientCut, behind: Uint8Array): boolean {
  if (to !== null) return behind[to] === 1;
  // Numbers that were read: for printing, where the tensor itself is on the way to the loss.
  return behind[from] === 0 || carriesGradient(traced)[from] === 0;
}

/** Leaves that take a gradient and of which a node is made. */
function parametersBefore(traced: Traced, { from, to }: GradientCut): number[] {
  const { starts, rows } = inputsOf(traced);
  const seen = new Set(to === null ? [from] : [from, to]);
  const found: number[] = [];
  for (const each of seen) {
    if (at(starts, each) === at(starts, each + 1) && traced.nodes[each]?.requiresGrad) found.push(each);
    for (let edge = at(starts, each); edge < at(starts, each + 1); edge++) seen.add(at(rows, edge));
  }
  return found;
}

/** Whether somebody seems to want that the parameter gets none: another optimiser has it, or it is a model of its own. */
function isMeant(
  traced: Traced,
  node: number,
  { how, to }: GradientCut,
  reached: ReadonlySet<number>,
): boolean {
  if (reached.size === 0) return false;
  if (optimisersOf(traced).length > 0)
    return !isHeldWith(traced, node, (each) => reached.has(each)) && !isWeightItself(traced, to);
  if (isWeightItself(traced, to)) return false;
  const model = modelOf(traced, node);
  return how === "noGrad" || ![...reached].some((each) => modelOf(traced, each) === model);
}

/** Whether what was cut off is held by a layer as a weight: there, too, somebody wants it to learn. */
function isWeightItself(traced: Traced, node: number | null): boolean {
  const { fields } = traced.trace.tables;
  if (node === null) return false;
  for (let row = 0; row < fields.node.length; row++)
    if (at(fields.node, row) === node + 1)
      return /^(w|weights?|kernel|theta)\w*$/i.test(traced.trace.texts[at(fields.name, row)] ?? "");
  return false;
}

const reasons: Readonly<Record<string, string>> = {
  detach: "detach() gives the same values without their history",
  noGrad: "inside of noGrad() no history is kept",
  copy: "a new tensor of the values has no history",
  item: "item() gives a plain number, which has no history",
  data: "the values were read out of the tensor and have no history",
  toArray: "toArray() gives plain numbers, which have no history",
  argmax: "argmax gives places, which do not change when the values change a little",
};

function report(traced: Traced, cut: GradientCut, lost: readonly number[], others: number): Trouble {
  const layers = [...new Set(lost.map((node) => layerOf(traced, node)?.path ?? parameterName(traced, node)))];
  const who =
    layers.length <= 3 ? layers.join(", ") : `${layers.slice(0, 3).join(", ")} and ${layers.length - 3} more`;
  const all =
    others === 0
      ? "No parameter gets a gradient"
      : `${showTimes(lost.length, "parameter")} of ${lost.length + others} ${lost.length === 1 ? "gets" : "get"} no gradient (${who})`;
  const call = cut.how.includes("(")
    ? cut.how
    : reasons[cut.how] === undefined || cut.how === "argmax"
      ? cut.how
      : cut.how === "copy"
        ? "a copy"
        : `${cut.how}${cut.how === "data" ? "" : "()"}`;
  return {
    ...said(
      `${all}: ${call} cuts the way back here.`,
      `${sentence(reasons[cut.how] ?? `${call} has no derivative`)}, so the loss does not reach what came before.`,
    ),
    site: cut.site,
    node: cut.to ?? cut.from,
    evidence: {
      cut: cut.how,
      parameters: lost.length,
      reached: others,
      first: parameterName(traced, lost[0] ?? 0),
    },
    related: places(traced, lost),
    fixes: fixesFor(cut),
  };
}

function sentence(text: string): string {
  // Names of functions stay as they are.
  return /^\w+\(/.test(text) ? text : text.charAt(0).toUpperCase() + text.slice(1);
}

function places(traced: Traced, lost: readonly number[]): RelatedSite[] {
  const sites = new Map<string, RelatedSite>();
  for (const node of lost) {
    const layer = layerOf(traced, node);
    const name = layer?.path ?? parameterName(traced, node);
    for (const place of beside(layer?.site ?? traced.nodes[node]?.site ?? null, `${name}: no gradient`))
      sites.set(name, place);
  }
  return [...sites.values()].slice(0, 8);
}

function fixesFor({ how, site }: GradientCut): Offered[] {
  if (how === "detach")
    return [
      {
        title: "Leave detach() out",
        detail: "The gradient then passes to the layers before it.",
        ...(site === null ? {} : { remedies: [{ change: "unwrap", call: site }] }),
      },
    ];
  if (how === "noGrad")
    return [
      {
        title: "Compute this outside of noGrad()",
        detail: "There the history that the gradient needs is kept.",
      },
    ];
  if (how === "argmax")
    return [
      {
        title: "Give the loss the scores",
        detail: "crossEntropy takes logits; softmax is the smooth form of argmax.",
      },
    ];
  return [
    {
      title: "Go on with the tensor itself",
      detail: "Operations on tensors keep the history that the gradient needs.",
    },
  ];
}
