/** What computes a linear map with weights: layers, functions and products by hand look the same here. */
import { sizeOf } from "../../core/shape";
import { at } from "../../report/trace";
import { lazily } from "../lazily";
import { behindViews, isView, type Operations, operationsOf, scaledBy } from "./operations";
import { carriesGradient } from "./wires";

export interface LinearMap {
  /** The operation that multiplies. */
  readonly node: number;
  /** Its result with the bias, if one is added. */
  readonly output: number;
  /** What it maps. */
  readonly input: number;
  readonly weight: number;
  /** The leaf of the bias. */
  readonly bias: number | null;
  readonly isConvolution: boolean;
  /** Features or channels that come in and go out. */
  readonly inputs: number;
  readonly outputs: number;
  readonly groups: number;
  /** Sizes of a convolution's kernel. */
  readonly kernel: readonly number[];
}

export interface LinearMaps {
  readonly all: readonly LinearMap[];
  /** By the result, with or without the bias. */
  of(result: number): LinearMap | null;
}

const convolutions: ReadonlySet<string> = new Set(["conv1d", "conv2d", "convTranspose1d", "convTranspose2d"]);

/** The linear maps through which the gradient of the loss comes, in the order of the run. */
export const linearMapsOf = lazily((traced): LinearMaps => {
  const operations = operationsOf(traced);
  const carries = carriesGradient(traced);
  const all: LinearMap[] = [];
  for (let node = 0; node < carries.length; node++) {
    const map = carries[node] === 1 ? mapOf(operations, node) : null;
    if (map !== null) all.push(withBias(operations, map));
  }
  const byResult = new Map(all.flatMap((map) => [[map.node, map] as const, [map.output, map] as const]));
  return { all, of: (result) => byResult.get(result) ?? null };
});

function mapOf(operations: Operations, node: number): LinearMap | null {
  const op = operations.op(node);
  if (op === "linear") return linearOf(operations, node);
  if (convolutions.has(op)) return convolutionOf(operations, node);
  return op === "matmul" || op === "einsum" ? productOf(operations, node) : null;
}

const plain = { groups: 1, kernel: [], isConvolution: false };

function linearOf(operations: Operations, node: number): LinearMap | null {
  const [input = -1, weight = -1, bias = null] = operations.inputs(node);
  if (!operations.isWeight(weight)) return null;
  const [outputs = 1, inputs = 1] = operations.shape(weight);
  return { ...plain, node, output: node, input, weight, bias, inputs, outputs };
}

function convolutionOf(operations: Operations, node: number): LinearMap | null {
  const [input = -1, weight = -1, bias = null] = operations.inputs(node);
  if (!operations.isWeight(weight)) return null;
  const [first = 1, second = 1, ...kernel] = operations.shape(weight);
  const groups = Number(operations.attribute(node, "groups") ?? 1);
  const isTransposed = operations.op(node).startsWith("convT");
  const [inputs, outputs] = isTransposed ? [first, second * groups] : [second * groups, first];
  return { node, output: node, input, weight, bias, inputs, outputs, groups, kernel, isConvolution: true };
}

/** A product of a value with a weight, from either side. */
function productOf(operations: Operations, node: number): LinearMap | null {
  const [x = -1, y = -1] = operations.inputs(node);
  if (operations.inputs(node).length !== 2) return null;
  const [left, right] = [operations.isWeight(x), operations.isWeight(y)];
  if (left === right) return null;
  const [input, weight] = left ? [y, x] : [x, y];
  const sizes = featuresOf(operations, node, { weight, input, isLeft: left });
  return sizes && { ...plain, ...sizes, node, output: node, input, weight, bias: null };
}

function featuresOf(
  { op, shape }: Operations,
  node: number,
  { weight, input, isLeft }: { weight: number; input: number; isLeft: boolean },
): Pick<LinearMap, "inputs" | "outputs"> | null {
  const own = shape(weight);
  const [rows = 1, columns = 1] = own.slice(-2);
  if (op(node) === "matmul") {
    if (own.length < 2) return { inputs: sizeOf(own), outputs: 1 };
    return isLeft ? { inputs: columns, outputs: rows } : { inputs: rows, outputs: columns };
  }
  // The letters of an einsum are not known: its last sizes say which way the matrix is used.
  const [from, to] = [shape(input).at(-1), shape(node).at(-1)];
  if (own.length !== 2) return null;
  if (from === rows && to === columns) return { inputs: rows, outputs: columns };
  return from === columns && to === rows ? { inputs: columns, outputs: rows } : null;
}

/** The map with the bias that is added to its result, where nothing else is made of that. */
function withBias(operations: Operations, map: LinearMap): LinearMap {
  const [user, ...others] = operations.users(map.node);
  if (map.bias !== null || user === undefined || others.length > 0 || operations.op(user) !== "add")
    return map;
  const added = operations.inputs(user).find((input) => input !== map.node) ?? map.node;
  const bias = behindViews(operations, added);
  const fits = operations.isParameter(bias) && sizeOf(operations.shape(bias)) === map.outputs;
  return fits ? { ...map, output: user, bias } : map;
}

/** What maps its input to a multiple or a mean of it, without weights. */
const means: ReadonlySet<string> = new Set(["avgPool2d", "adaptiveAvgPool2d", "mean"]);

/** The input that an operation hands on without anything non-linear: views, dropout, scaling by a number, means over places. */
export function linearInput(operations: Operations, node: number): number | null {
  const [x = -1] = operations.inputs(node);
  const op = operations.op(node);
  if (op.startsWith("dropout") || means.has(op)) return x;
  if (!isView(operations, node)) return scaledBy(operations, node)?.input ?? null;
  return keepsFeatures(operations, node) ? x : null;
}

/** False for what moves the last dimension, or the channels of images, to another place. */
function keepsFeatures({ op, attribute }: Operations, node: number): boolean {
  if (op(node) !== "permute" && op(node) !== "transpose") return true;
  const dims = attribute(node, "dims");
  return Array.isArray(dims) && at(dims, dims.length - 1) === dims.length - 1;
}
