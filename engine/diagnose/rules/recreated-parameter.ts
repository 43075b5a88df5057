/** Layers and parameters that are made while the loss is computed: new ones in every step. */
import { showTimes } from "../../core/number-text";
import type { Site } from "../../report/report";
import { at, rowAt } from "../../report/trace";
import { lossTermsOf } from "../measures/loss-terms";
import { optimisersOf } from "../measures/optimisers";
import { parameterName, parametersOf } from "../measures/parameters";
import { rowsOf, usersOf } from "../measures/wires";
import { beside, defineRule, type Trouble } from "../rule";
import { said } from "../said";
import { siteInRow, type Traced } from "../traced";

export const recreatedParameter = defineRule({
  id: "recreated-parameter",
  title: "Parameter made anew in every step",
  severity: "error",
  page: {
    meaning:
      "A layer that is constructed inside of forward, or of the loss, is a new one each time, with new random weights.",
    harm: "What a step teaches it is gone in the next one, and no optimiser holds the weights that are in use.",
    cure: "Construct it once, in the constructor of the model, and call it in forward.",
    source: "A frequent question of PyTorch's forums; TheDeepChecker watches for weights that do not stay.",
  },
  thresholds: {},
  explains: [
    "parameter-not-optimised",
    "no-gradient",
    "frozen-parameter",
    "zero-gradient",
    "update-ratio",
    "learning-rate-edge",
    "accumulated-gradient",
  ],
  find: findFresh,
});

interface Fresh {
  readonly name: string;
  readonly site: Site | null;
  readonly node: number;
}

function findFresh(traced: Traced): Trouble[] {
  const { fresh } = traced.trace.tables;
  const { reached } = parametersOf(traced);
  const made = new Set<number>();
  for (let row = 0; row < fresh.node.length; row++) {
    const node = at(fresh.node, row);
    if (reached.has(node)) made.add(node);
  }
  if (made.size === 0) return [];
  // A sketch that makes all it needs in its loss, and that nobody trains.
  if (made.size === reached.size && optimisersOf(traced).length === 0) return [];
  const holders = holdersOf(traced);
  const found = new Map<string, Fresh>();
  for (const node of made) {
    const one = freshAt(traced, node, holders);
    if (one !== null && !found.has(one.name)) found.set(one.name, one);
  }
  return found.size === 0 ? [] : [report([...found.values()], made.size)];
}

/** The layer that holds each layer, and the layer that holds each tensor. */
function holdersOf({ trace }: Traced) {
  const { fields } = trace.tables;
  const ofNode = new Map<number, number>();
  const ofModule = new Map<number, number>();
  for (let row = 0; row < fields.module.length; row++) {
    const [node, child, holder] = [rowAt(fields.node, row), rowAt(fields.child, row), at(fields.module, row)];
    if (node !== null) ofNode.set(node, holder);
    if (child !== null && child !== holder) ofModule.set(child, holder);
  }
  return { ofNode, ofModule };
}

/** What was made anew: the outermost layer; null for one that stays with a model, or a tensor that is no weight. */
function freshAt(
  traced: Traced,
  node: number,
  { ofNode, ofModule }: ReturnType<typeof holdersOf>,
): Fresh | null {
  const { modules } = traced.trace.tables;
  let layer = ofNode.get(node);
  if (layer === undefined) {
    const { shape, inputs, site, value } = traced.nodes[node] ?? {};
    if (shape === undefined || inputs === undefined || site === undefined) return null;
    // A sketch makes its inputs where it needs them, and a state begins with zeros in every step.
    const isTrained = optimisersOf(traced).length > 0 || multipliesComputed(traced, node);
    if (!isTrained || value?.norm === 0) return null;
    const batch = lossTermsOf(traced)[0]?.prediction.shape[0];
    // A copy of values, or of an item each: inputs of which somebody wants the gradient.
    if (inputs.length > 0 || (batch !== undefined && shape[0] === batch)) return null;
    return { name: parameterName(traced, node).replace(/#\d+$/, ""), site, node };
  }
  const seen = new Set([layer]);
  for (
    let above = ofModule.get(layer);
    above !== undefined && !seen.has(above);
    above = ofModule.get(layer)
  ) {
    layer = above;
    seen.add(above);
  }
  if (at(modules.made, layer) === 0) return null;
  const type = traced.trace.texts[at(modules.type, layer)] ?? "";
  const site = siteInRow(traced, rowAt(modules.site, layer));
  return { name: `${type}:${site?.line ?? ""}:${site?.column ?? ""}`, site, node };
}

/** Whether it stands as a weight stands: what other parameters made of the items is multiplied by it. */
function multipliesComputed(traced: Traced, node: number): boolean {
  const items = lossTermsOf(traced)[0]?.prediction.shape[0];
  return rowsOf(usersOf(traced), node).some((user) => {
    const { op = "", inputs = [] } = traced.nodes[user] ?? {};
    const by = traced.nodes[inputs[0] ?? -1];
    if (!products.has(op) || inputs[1] !== node || by === undefined) return false;
    return by.kind === "operation" && by.requiresGrad && by.shape[0] === items;
  });
}

const products: ReadonlySet<string> = new Set(["linear", "matmul", "conv1d", "conv2d"]);

function report(found: readonly Fresh[], parameters: number): Trouble {
  const [first, ...others] = found as [Fresh, ...Fresh[]];
  const what = first.name.split(":")[0] ?? first.name;
  return {
    ...said(
      `${what} is made while the loss is computed: ${showTimes(parameters, "parameter")} begin${parameters === 1 ? "s" : ""} anew in every step.`,
      "Each call constructs it again with new random values, so it cannot learn.",
    ),
    site: first.site,
    node: first.node,
    evidence: { parameters, places: found.length, first: what },
    related: others
      .slice(0, 8)
      .flatMap(({ site, name }) => beside(site, `${name.split(":")[0] ?? name} is made anew, too`)),
    fixes: [
      {
        title: "Construct it once, outside of forward and the loss",
        detail: "A field of the model keeps it, and the model's parameters() hands it to the optimiser.",
      },
    ],
  };
}
