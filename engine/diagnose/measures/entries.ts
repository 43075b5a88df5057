/** Where data enters the network: the operations that multiply it with weights first. */
import type { ReportNode } from "../../report/report";
import { lazily } from "../lazily";
import { arrangedFrom } from "./chains";
import { lossTermsOf } from "./loss-terms";
import { operationsNamed } from "./places";
import { carriesGradient, rowsOf, usersOf } from "./wires";

export interface DataEntry {
  /** The operation that multiplies. */
  readonly node: ReportNode;
  /** What it takes, as it is: no operation with a gradient came before. */
  readonly data: ReportNode;
  /** True when a normalisation comes right behind: the size of the data does not matter then. */
  readonly isNormalised: boolean;
}

const products = new Set([
  "linear",
  "matmul",
  "conv1d",
  "conv2d",
  "convTranspose1d",
  "convTranspose2d",
  "mul",
]);
const norms = new Set(["batchNorm", "layerNorm", "groupNorm", "instanceNorm", "rmsNorm"]);

export const entriesOf = lazily((traced): readonly DataEntry[] => {
  const { nodes } = traced;
  const carries = carriesGradient(traced);
  const items = new Set(lossTermsOf(traced).map(({ prediction }) => prediction.shape[0]));
  return operationsNamed(traced, products).flatMap((id) => {
    const node = nodes[id];
    if (carries[id] !== 1 || node === undefined) return [];
    const [x, y] = node.inputs.map((input) => nodes[input]);
    if (x === undefined || y === undefined) return [];
    const [data, weight] = x.requiresGrad ? [y, x] : [x, y];
    if (data.requiresGrad || arrangedFrom(traced, weight).kind !== "parameter") return [];
    // One weight for one feature, as in w · x + b; else it may be a mask.
    if (node.op === "mul" && (weight.value.size !== 1 || !items.has(data.shape[0]))) return [];
    const users = rowsOf(usersOf(traced), id).filter((user) => carries[user] === 1);
    const isNormalised = users.length > 0 && users.every((user) => norms.has(nodes[user]?.op ?? ""));
    return [{ node, data, isNormalised }];
  });
});
