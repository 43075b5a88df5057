/** Weights written by hand that nobody asked a gradient of. */
import { IS_LEAF } from "../../../report/names";
import type { ReportNode } from "../../../report/report";
import { at } from "../../../report/trace";
import { valuesBehindLoss } from "../../measures/cuts";
import { optimisersOf } from "../../measures/optimisers";
import { parametersOf } from "../../measures/parameters";
import { layerSite } from "../../measures/places";
import { beside, type Trouble } from "../../rule";
import { said } from "../../said";
import type { Traced } from "../../traced";

const products: ReadonlySet<string> = new Set([
  "matmul",
  "linear",
  "conv1d",
  "conv2d",
  "convTranspose2d",
  "einsum",
]);

/** Plain tensors with which the loss multiplies values: all of them when nothing takes a gradient, else those called weights. */
export function plainWeights(traced: Traced): Trouble[] {
  const isNothingReached = parametersOf(traced).reached.size === 0;
  if (isNothingReached && traced.failure?.kind !== "model") return [];
  const behind = valuesBehindLoss(traced);
  const found: ReportNode[] = [];
  const { nodes, operations } = traced.trace.tables;
  for (let node = 0; node < nodes.flags.length; node++) {
    const row = at(nodes.operation, node);
    if (behind[node] === 0 || row === 0) continue;
    if (!products.has(traced.trace.texts[at(operations.name, row - 1)] ?? "")) continue;
    const weight = traced.nodes[traced.nodes[node]?.inputs[1] ?? -1];
    if (weight === undefined || !isPlain(traced, weight) || found.includes(weight)) continue;
    if (isNothingReached || isCalledWeight(traced, weight)) found.push(weight);
  }
  return found.length === 0 ? [] : [report(found)];
}

function isPlain({ trace }: Traced, { id, shape, dtype, inputs: inputsOfNode }: ReportNode): boolean {
  const { flags, inputs } = trace.tables.nodes;
  const isLeaf = at(flags, id) === IS_LEAF && at(inputs, id) === 0;
  const isScaled = at(flags, id) === 0 && inputsOfNode.every((input) => at(inputs, input) === 0);
  return (isLeaf || isScaled) && shape.length >= 2 && dtype.startsWith("float");
}

/** By its name, and by its values: drawn ones, and not a filter or a table of ones and zeros. */
function isCalledWeight(traced: Traced, node: ReportNode): boolean {
  const { id, name, value } = node;
  // A layer of the library has its own weights, which somebody froze.
  if (layerSite(traced, node) !== null || isSwitchedOff(traced, id)) return false;
  const last = name?.split(".").at(-1) ?? "";
  if (!/^(w(eights?)?|kernel|theta)([_\d]\w*|[A-Z]\w*|[a-z]?)$/.test(last) && !/^W[\w]{0,3}$/.test(last))
    return false;
  if (
    optimisersOf(traced).some(({ parameters }) =>
      parameters.some((each) => each.node === id && each.update > 0),
    )
  )
    return false;
  return value.std > 0 && value.zeros <= value.size / 20 && Math.abs(value.mean) < value.std;
}

/** Whether somebody set its requiresGrad to false: it is known to take no gradient. */
function isSwitchedOff({ trace }: Traced, node: number): boolean {
  const { writes } = trace.tables;
  for (let row = 0; row < writes.node.length; row++)
    if (at(writes.node, row) === node && trace.texts[at(writes.how, row)] === "requiresGrad") return true;
  return false;
}

function report(weights: readonly ReportNode[]): Trouble {
  const [first] = weights as [ReportNode, ...ReportNode[]];
  const names = weights.map(({ name, shape }) => name ?? `a tensor of shape [${shape.join(", ")}]`);
  return {
    ...said(
      `${names.slice(0, 3).join(", ")}${names.length > 3 ? " and others" : ""} ${names.length === 1 ? "is used as a weight and takes" : "are used as weights and take"} no gradient: made without requiresGrad.`,
      "A plain tensor is a constant for the backward pass, so it never learns.",
    ),
    site: first.site,
    node: first.id,
    evidence: { cut: "requiresGrad", weights: weights.length, first: names[0] ?? "" },
    related: weights
      .slice(1, 8)
      .flatMap(({ site, name }) => beside(site, `${name ?? "a weight"}: no gradient`)),
    fixes: [
      {
        title: "Make it a parameter: parameter(…)",
        detail: "A parameter takes a gradient, and a layer that holds it hands it to the optimiser.",
        ...(first.site === null
          ? {}
          : {
              remedies: weights.flatMap(({ site }) =>
                site === null ? [] : [{ change: "wrap" as const, expression: site, name: "parameter" }],
              ),
            }),
      },
    ],
  };
}
