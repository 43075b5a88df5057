/** Which nodes carry the items of a batch towards a layer with weights, and from which inputs the items come. */
import { IS_LEAF, IS_WEIGHT } from "../../../report/names";
import { at, rowAt } from "../../../report/trace";
import { carriesGradient, inputsOf } from "../../measures/wires";
import type { Traced } from "../../traced";

export interface DataPaths {
  /** 1 where nothing but parameters and single numbers lies behind a node, and at least one parameter. */
  readonly isWeight: Uint8Array;
  /** 1 for a node whose values, with those of data, still meet weights on the way to the loss. */
  readonly isBeforeWeights: Uint8Array;
  /** 1 for such a node, and for a product with weights itself. */
  readonly isOnTheWay: Uint8Array;
  /** Tensors of data from which gradients go on: as they came, before rearrangements and slices. */
  readonly sources: readonly number[];
  op(node: number): string;
  shape(node: number): readonly number[];
}

/** Operations that multiply by weights. */
const products: ReadonlySet<string> = new Set([
  "linear",
  "matmul",
  "einsum",
  "conv1d",
  "conv2d",
  "convTranspose1d",
  "convTranspose2d",
]);
/** Operations of one input that only choose, arrange or convert. */
const arrangements: ReadonlySet<string> = new Set([
  "narrow",
  "select",
  "squeeze",
  "unsqueeze",
  "reshape",
  "flatten",
  "transpose",
  "permute",
  "cast",
  "expand",
  "alias",
]);

export function dataPathsOf(traced: Traced): DataPaths {
  const { nodes, operations } = traced.trace.tables;
  const op = (node: number) => {
    const row = rowAt(nodes.operation, node);
    return row === null ? "" : (traced.trace.texts[at(operations.name, row)] ?? "");
  };
  const shape = (node: number) => traced.trace.shapes[at(nodes.shape, node)] ?? [];
  const isWeight = weightsOf(traced, shape);
  const { isBeforeWeights, isOnTheWay } = beforeWeights(traced, { isWeight, op, shape });
  const carries = carriesGradient(traced);
  const { starts, rows } = inputsOf(traced);
  const sources = new Set<number>();
  // What layers hold is no batch: frozen weights, running statistics.
  const held = new Set(Array.from(traced.trace.tables.fields.node, (row) => row - 1));
  for (let node = 0; node < carries.length; node++) {
    if (carries[node] === 0) continue;
    for (let edge = at(starts, node); edge < at(starts, node + 1); edge++) {
      let input = at(rows, edge);
      if (carries[input] === 1 || isWeight[input] === 1 || isBeforeWeights[input] === 0) continue;
      while (arrangements.has(op(input))) {
        const before = at(rows, at(starts, input));
        const [items = 1] = shape(input);
        // Some items of many are the batch; one is a step of a sequence.
        if (op(input) === "narrow" && items > 1 && shape(before)[0] !== items) break;
        input = before;
      }
      if (!held.has(input)) sources.add(input);
    }
  }
  return { isWeight, isBeforeWeights, isOnTheWay, sources: [...sources], op, shape };
}

function weightsOf(traced: Traced, shape: (node: number) => readonly number[]): Uint8Array {
  const { flags } = traced.trace.tables.nodes;
  const { starts, rows } = inputsOf(traced);
  const found = new Uint8Array(flags.length);
  for (let node = 0; node < flags.length; node++) {
    const [first, end] = [at(starts, node), at(starts, node + 1)];
    if (first === end) {
      found[node] = at(flags, node) === IS_WEIGHT ? 1 : 0;
      continue;
    }
    let any = false;
    let all = true;
    for (let edge = first; edge < end; edge++) {
      const input = at(rows, edge);
      if (found[input] === 1) any = true;
      else if (shape(input).some((length) => length !== 1) || (at(flags, input) & IS_LEAF) === 0) all = false;
    }
    found[node] = any && all ? 1 : 0;
  }
  return found;
}

function beforeWeights(
  traced: Traced,
  { isWeight, op, shape }: Pick<DataPaths, "isWeight" | "op" | "shape">,
): Pick<DataPaths, "isBeforeWeights" | "isOnTheWay"> {
  const { starts, rows } = inputsOf(traced);
  const carries = carriesGradient(traced);
  const found = new Uint8Array(isWeight.length);
  const isOnTheWay = new Uint8Array(isWeight.length);
  for (let node = isWeight.length - 1; node >= 0; node--) {
    if (carries[node] === 0 && found[node] === 0) continue;
    const [first, end] = [at(starts, node), at(starts, node + 1)];
    let passes = found[node] === 1;
    if (!passes && products.has(op(node)))
      for (let edge = first; edge < end; edge++)
        if (isWeight[at(rows, edge)] === 1 && shape(at(rows, edge)).length >= 2) passes = true;
    if (!passes) continue;
    isOnTheWay[node] = 1;
    for (let edge = first; edge < end; edge++) if (isWeight[at(rows, edge)] === 0) found[at(rows, edge)] = 1;
  }
  return { isBeforeWeights: found, isOnTheWay };
}
