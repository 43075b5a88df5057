/** Compares the hand-written backward pass of an operation with differences, at the inputs of one call. */

import { isFloat } from "../core/dtype";
import { ModelError } from "../core/error";
import { showShape } from "../core/shape";
import { quietly } from "../core/tape";
import type { Tensor } from "../core/tensor";
import { cast } from "../ops/cast";

/** An operation's value and the gradients that its backward pass gives for a cotangent of the output. */
export interface HandWrittenOp {
  readonly name: string;
  value(inputs: readonly Tensor[]): Tensor;
  gradients(inputs: readonly Tensor[], output: Tensor, cotangent: Tensor): readonly (Tensor | null)[];
}

/** Of larger inputs every k-th element is compared. */
const compared = 200;

/**
 * Compares in float64, element by element, with the cotangent 1, 0.7, 0.4, … for the output.
 * @throws ModelError at the first gradient that is wrong
 */
export function checkBackward(op: HandWrittenOp, given: readonly Tensor[]): void {
  quietly(() => {
    const inputs = given.map((x) => (isFloat(x.dtype) ? cast(x, "float64") : x));
    const output = op.value(inputs);
    if (!isFloat(output.dtype)) return;
    const cotangent = cast(output, "float64");
    for (let k = 0; k < cotangent.size; k++) cotangent.data[k] = 1 - 0.3 * (k % 7);
    const gradients = op.gradients(inputs, output, cotangent);
    inputs.forEach((x, i) => {
      if (isFloat(x.dtype)) compareInput(op, inputs, i, gradients[i] ?? null, cotangent);
    });
  });
}

function compareInput(
  op: HandWrittenOp,
  inputs: readonly Tensor[],
  i: number,
  gradient: Tensor | null,
  cotangent: Tensor,
): void {
  const x = inputs[i] as Tensor;
  const step = Math.max(1, Math.floor(x.size / compared));
  for (let j = 0; j < x.size; j += step) {
    const found = gradient === null ? 0 : (gradient.data[j] as number);
    const { slope, error } = difference(op, inputs, x, j, cotangent);
    if (Math.abs(found - slope) <= 1e-5 * Math.max(1, Math.abs(slope)) + 10 * error) continue;
    throw new ModelError(
      `${op.name}: backward gives ${found} for element ${j} of input ${i} of shape ${showShape(x.shape)}, expected ${slope} from finite differences`,
      { hint: "is a sign, a factor or a transposition wrong?" },
    );
  }
}

/** Central difference of ⟨value, cotangent⟩ by one element, and how far two steps disagree, as they do at a kink. */
function difference(op: HandWrittenOp, inputs: readonly Tensor[], x: Tensor, j: number, cotangent: Tensor) {
  const saved = x.data[j] as number;
  const at = (h: number) => {
    x.data[j] = saved + h;
    const { data } = op.value(inputs);
    let total = 0;
    for (let k = 0; k < data.length; k++) total += (data[k] as number) * (cotangent.data[k] as number);
    return total;
  };
  try {
    const h = 1e-4 * Math.max(1, Math.abs(saved));
    const [wide, near] = [(at(h) - at(-h)) / (2 * h), (at(h / 2) - at(-h / 2)) / h];
    const oneSided = Math.abs(at(h) - 2 * at(0) + at(-h)) / h;
    return { slope: (4 * near - wide) / 3, error: Math.abs(near - wide) + (oneSided > 1e-2 ? oneSided : 0) };
  } finally {
    x.data[j] = saved;
  }
}
