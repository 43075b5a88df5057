/** Sums of products over labelled dimensions. */

import { describeValue } from "../core/describe";
import { ModelError } from "../core/error";
import { defineOp, type OpFunction, type Rule } from "../core/op";
import { sizeOf, stridesOf } from "../core/shape";
import { isTensor, type Tensor } from "../core/tensor";
import { expand, sum, sumTo } from "./broadcast";
import { type Equation, parseEquation, sizesOf } from "./einsum-equation";
import { identity } from "./linear";
import { matmulTransposed } from "./matmul";
import { toTensor } from "./to-tensor";
import { permute, reshape, strided } from "./view";

interface EinsumAttrs extends Equation {
  readonly sizes: ReadonlyMap<string, number>;
}

/** A tensor whose dimensions have names, each once. */
interface Labelled {
  readonly tensor: Tensor;
  readonly labels: readonly string[];
}

/** Sum of products as `torch.einsum`: the equation first, "ij,jk->ik", then its operands. */
export const einsum: OpFunction<[equation: string, ...operands: Tensor[]]> = defineOp<
  [equation: string, ...operands: Tensor[]],
  EinsumAttrs
>({
  name: "einsum",
  // Every argument is read: an operand that is no tensor is an error.
  takes: null,
  role: "contracts",
  label: "einsum",
  formula: "\\bar{x} = \\mathrm{einsum}(\\bar{o}, y)",
  args(text, ...tensors) {
    const inputs = tensors.map((x, i) => {
      if (isTensor(x)) return x;
      throw new ModelError(`operand ${i + 1} is ${describeValue(x)}, expected a tensor`);
    });
    const shapes = inputs.map((x) => x.shape);
    const equation = parseEquation(text, shapes);
    return { inputs, attrs: { ...equation, sizes: sizesOf(equation, shapes) } };
  },
  forward: contract,
  vjp: (input) => (g, at) => gradientOf(input, g, at),
  jvp: (input) => (t, at) => {
    const moved = at.inputs.map((x, i) => (i === input ? t : x));
    return contractRecorded(moved, at.attrs);
  },
  samples: (r) => [
    ["ij,jk->ik", r.uniform([2, 3]), r.uniform([3, 2])],
    ["bij,bjk->bk", r.uniform([2, 2, 3]), r.uniform([2, 3, 2])],
    ["ii->i", r.uniform([3, 3])],
    ["iij,j", r.uniform([2, 2, 3]), r.uniform([3])],
    ["ij,ik,il->jkl", r.uniform([2, 3]), r.uniform([2, 2]), r.uniform([2, 1])],
    ["...i,ji->...j", r.uniform([2, 1, 3]), r.uniform([2, 3])],
    ["i,j->", r.uniform([2]), r.uniform([3])],
  ],
});

/** The same contraction of other tensors. */
function contractRecorded(inputs: readonly Tensor[], { terms, output }: Equation): Tensor {
  const letters = new Map<string, string>();
  const letterOf = (label: string) => {
    const letter = letters.get(label) ?? String.fromCharCode((letters.size < 26 ? 97 : 39) + letters.size);
    letters.set(label, letter);
    return letter;
  };
  const left = terms.map((term) => term.map(letterOf).join("")).join(",");
  return einsum(`${left}->${output.map(letterOf).join("")}`, ...inputs);
}

/**
 * The gradient of an operand is a contraction of the output's gradient with the other operands. A label that the
 * operand has twice is renamed and tied to the first by an identity; one that only it has is filled with ones.
 */
function gradientOf(input: number, g: Tensor, at: Parameters<Rule<EinsumAttrs>>[1]): Tensor {
  const { terms, output, sizes } = at.attrs;
  const tensors = [g, ...at.inputs.filter((_, i) => i !== input)];
  const labels: (readonly string[])[] = [output, ...terms.filter((_, i) => i !== input)];
  const target = (terms[input] as readonly string[]).map((label, d, term) => {
    const n = sizes.get(label) as number;
    const first = term.indexOf(label);
    const own = first === d ? label : `${label}${d}`;
    if (first !== d) {
      labels.push([label, own]);
      tensors.push(identity(n, n, g.dtype));
    } else if (!labels.some((other) => other.includes(label))) {
      labels.push([label]);
      tensors.push(expand(toTensor(1, g), [n]));
    }
    return own;
  });
  return sumTo(contractRecorded(tensors, { terms: labels, output: target }), at.inputs[input] as Tensor);
}

function contract(inputs: readonly Tensor[], { terms, output, sizes }: EinsumAttrs): Tensor {
  const operands = inputs.map((x, i) => prepare(x, terms[i] as readonly string[], sizes));
  let [result, ...rest] = operands as [Labelled, ...Labelled[]];
  for (let next = rest.shift(); next !== undefined; next = rest.shift()) {
    const needed = new Set([...output, ...rest.flatMap(({ labels }) => labels)]);
    result = multiply(result, next, needed, sizes);
  }
  const summed = keepOnly(result, new Set(output));
  return permute(
    summed.tensor,
    output.map((label) => summed.labels.indexOf(label)),
  );
}

/** Takes the diagonal where a label repeats and widens sizes of 1, so that each label stands once with its size. */
function prepare(x: Tensor, term: readonly string[], sizes: ReadonlyMap<string, number>): Labelled {
  const labels = term.filter((label, i) => term.indexOf(label) === i);
  const strides = stridesOf(x.shape);
  const shape = labels.map((label) => sizes.get(label) as number);
  if (labels.length === term.length) {
    return { tensor: x.shape.every((n, d) => n === shape[d]) ? x : expand(x, shape), labels };
  }
  const steps = labels.map((label) =>
    term.reduce(
      (step, other, d) => (other === label && x.shape[d] !== 1 ? step + (strides[d] as number) : step),
      0,
    ),
  );
  return { tensor: strided(x, shape, steps), labels };
}

/** Sums over the labels that nothing needs any more. */
function keepOnly({ tensor, labels }: Labelled, needed: ReadonlySet<string>): Labelled {
  const dim = labels.flatMap((label, d) => (needed.has(label) ? [] : [d]));
  if (dim.length === 0) return { tensor, labels };
  return { tensor: sum(tensor, { dim }), labels: labels.filter((label) => needed.has(label)) };
}

/** Contracts two operands as a batched product of matrices. */
function multiply(
  x: Labelled,
  y: Labelled,
  needed: ReadonlySet<string>,
  sizes: ReadonlyMap<string, number>,
): Labelled {
  const a = keepOnly(x, new Set([...needed, ...y.labels]));
  const b = keepOnly(y, new Set([...needed, ...x.labels]));
  const common = a.labels.filter((label) => b.labels.includes(label));
  const batch = common.filter((label) => needed.has(label));
  const inner = common.filter((label) => !needed.has(label));
  const rows = a.labels.filter((label) => !common.includes(label));
  const columns = b.labels.filter((label) => !common.includes(label));
  const size = (labels: readonly string[]) => sizeOf(labels.map((label) => sizes.get(label) as number));
  const left = arrange(a, [batch, rows, inner], size);
  const right = arrange(b, [batch, inner, columns], size);
  const labels = [...batch, ...rows, ...columns];
  const shape = labels.map((label) => sizes.get(label) as number);
  return { tensor: reshape(matmulTransposed(left, right), shape), labels };
}

/** The tensor with its dimensions in three groups, each merged into one. */
function arrange(
  { tensor, labels }: Labelled,
  groups: readonly (readonly string[])[],
  size: (labels: readonly string[]) => number,
): Tensor {
  const moved = permute(
    tensor,
    groups.flat().map((label) => labels.indexOf(label)),
  );
  return reshape(moved, groups.map(size));
}
