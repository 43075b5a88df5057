/** How steep activations are where their inputs lie: the local derivative over the steepest one that there is. */
import type { ReportNode } from "../../report/report";
import { at } from "../../report/trace";
import { lazily } from "../lazily";
import type { Traced } from "../traced";
import { isUntrained } from "./beginning";
import { attributesOf, operationsNamed } from "./places";
import { sharpenedBy } from "./sharpened";
import { trunkOf } from "./trunk";
import { carriesGradient } from "./wires";

/** An activation within the network, with the part of it that is flat. */
export interface FlatActivation {
  readonly node: ReportNode;
  /** Elements (rows, of a softmax) whose slope is hardly any. */
  readonly flat: number;
  readonly all: number;
}

/** A slope of less than this part of the steepest one counts as none. */
const FLAT = 0.01;
/** A masked place takes no part. */
const MASKED = -1e30;
const operations: ReadonlySet<string> = new Set([
  "sigmoid",
  "tanh",
  "softmax",
  "hardtanh",
  "hardsigmoid",
  "softsign",
]);

/** Activations with two ends before the last layer, in order, and behind it those that a factor makes steep before training. */
export const flatsOf = lazily((traced): readonly FlatActivation[] => {
  const last = trunkOf(traced)[0]?.node;
  if (last === undefined) return [];
  const carries = carriesGradient(traced);
  return operationsNamed(traced, operations).flatMap((id): FlatActivation[] => {
    const node = traced.nodes[id];
    if (node === undefined || carries[id] === 0 || (id >= last && !isSharpened(traced, node))) return [];
    const data = traced.values(id, "value");
    if (data === null) return [];
    if (node.op === "softmax") return rowsFlat(traced, node, data);
    return [{ node, flat: elementsFlat(node, data), all: data.length }];
  });
});

/** What a trained network is sure of, one that was not trained is sure of by a factor only. */
function isSharpened(traced: Traced, { inputs }: ReportNode): boolean {
  const input = traced.nodes[inputs[0] ?? -1];
  return input !== undefined && isUntrained(traced) && sharpenedBy(traced, input) !== null;
}

/** From its value y, how steep an activation is. */
const slopes: Readonly<Record<string, (y: number) => number>> = {
  sigmoid: (y) => 4 * y * (1 - y),
  tanh: (y) => 1 - y * y,
  softsign: (y) => (1 - Math.abs(y)) ** 2,
  hardsigmoid: (y) => (y === 0 || y === 1 ? 0 : 1),
};

function elementsFlat({ op, value }: ReportNode, data: ArrayLike<number>): number {
  const slope = slopes[op] ?? ((y: number) => (y === value.min || y === value.max ? 0 : 1));
  let flat = 0;
  for (let i = 0; i < data.length; i++) if (slope(at(data, i)) < FLAT) flat++;
  return flat;
}

/** Rows of a softmax in which one place of several takes all. */
function rowsFlat(traced: Traced, node: ReportNode, data: ArrayLike<number>): FlatActivation[] {
  const width = node.shape.at(-1) ?? 0;
  const dim = Number(attributesOf(traced, node.id).dim ?? -1);
  const scores = traced.values(node.inputs[0] ?? -1, "value");
  if (width < 2 || scores === null || (dim !== -1 && dim !== node.shape.length - 1)) return [];
  let [flat, all] = [0, 0];
  for (let first = 0; first < data.length; first += width) {
    let [open, most] = [0, 0];
    for (let i = first; i < first + width; i++) {
      if (at(scores, i) > MASKED) open++;
      most = Math.max(most, at(data, i));
    }
    if (open < 2) continue;
    all++;
    if (4 * most * (1 - most) < FLAT) flat++;
  }
  return all === 0 ? [] : [{ node, flat, all }];
}
