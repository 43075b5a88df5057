/** Numbers that make what the last layer gives larger than its weights do. */
import type { ReportNode } from "../../report/report";
import type { Traced } from "../traced";
import { type Scale, scalesOf } from "./chains";

/** A factor from which on it is the reason. */
const MIN_TIMES = 4;

/** The largest factor between a layer of weights and what is made of it; null where they are small, or the weights are large themselves. */
export function sharpenedBy(traced: Traced, node: ReportNode): Scale | null {
  const { source, scales } = scalesOf(traced, node);
  const times = scales.reduce((product, each) => product * each.times, 1);
  const [most] = scales.toSorted((a, b) => b.times - a.times);
  const size = source.value.norm / Math.sqrt(Math.max(1, source.value.size));
  if (most === undefined || times < MIN_TIMES || times < size || !/^(linear|matmul|add)$/.test(source.op))
    return null;
  const inputs = source.inputs.flatMap((id) => traced.nodes[id] ?? []);
  const data = inputs.find(({ kind }) => kind !== "parameter");
  // Cosines between -1 and 1 are multiplied on purpose.
  if (!inputs.some(({ kind }) => kind === "parameter") || data === undefined || hasUnitRows(data))
    return null;
  return most;
}

function hasUnitRows({ shape, value }: ReportNode): boolean {
  const rows = value.size / Math.max(1, shape.at(-1) ?? 1);
  return Math.abs(value.norm ** 2 / rows - 1) < 1e-3;
}
