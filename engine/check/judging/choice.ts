/** At a jump of the slope several gradients are right: any between the slopes of both sides, for each output by itself. */
import { Tensor } from "../../core/tensor";
import { inFloat64 } from "../differences/replay";
import type { ReplayStep } from "../differences/replay-step";
import type { Element } from "./judge";

/** Moves this small, relative to the element, show the slope of each side. */
const MOVE = 4 ** -12;
/** Part of all slopes by which a gradient may lie outside: differences round. */
const MARGIN = 1e-4;

/**
 * True when a rule's gradient of an element takes, for each output, a slope between those of both sides. Weighted with
 * numbers of both signs and added up, such slopes need not lie between the slopes of the sum.
 */
export function isValidChoice(
  step: ReplayStep,
  input: number,
  weights: Tensor,
  { index, analytic }: Element,
): boolean {
  const { op, inputs, attrs, out } = step.node;
  const x = inputs[input] as Tensor;
  const size = MOVE * Math.max(Math.abs(x.data[index] as number), rootMeanSquare(x));
  const after = (move: number) => {
    const data = Float64Array.from(x.data);
    data[index] = (data[index] as number) + move;
    const moved = new Tensor(data, x.shape, x.dtype);
    return inFloat64(
      () =>
        op.forward(
          inputs.map((each, i) => (i === input ? moved : each)),
          attrs,
        ).data,
    );
  };
  const [right, left] = [after(size), after(-size)];
  let [low, high, total] = [0, 0, 0];
  for (let i = 0; i < out.size; i++) {
    const [value, weight] = [out.data[i] as number, weights.data[i] as number];
    const slopes = [(right[i] as number) - value, value - (left[i] as number)].map(
      (d) => (weight * d) / size,
    );
    low += Math.min(...slopes);
    high += Math.max(...slopes);
    total += Math.max(...slopes.map(Math.abs));
  }
  return analytic >= low - MARGIN * total && analytic <= high + MARGIN * total;
}

function rootMeanSquare({ data, size }: Tensor): number {
  let squares = 0;
  for (const v of data) squares += v * v;
  return Math.sqrt(squares / Math.max(1, size)) || 1;
}
