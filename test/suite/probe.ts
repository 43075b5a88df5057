/** A trial as a function of plain numbers, with its backward pass: what the rules of other checkers are applied to. */
import { prepareLayer } from "../../engine/check/hand-written/prepare";
import { record, Tape } from "../../engine/core/tape";
import * as g from "../../engine/index";
import { sweep } from "../../engine/sweeps/reverse";
import type { LayerTrial, TapeTrial, Trial } from "../fixtures/faults/trial";
import { leafOf } from "./gradlens";

export type Vectors = readonly Float64Array[];

export interface Probe {
  /** The point: one vector per input. */
  readonly at: Vectors;
  value(inputs: Vectors): Float64Array;
  /** The backward pass at the point, one gradient per input. @throws when there is none of the right size */
  gradients(cotangent: Float64Array): Vectors;
}

export function probeOf(trial: Trial): Probe {
  return "layer" in trial ? ofLayer(trial) : ofTape(trial);
}

function ofTape({ inputs, model }: TapeTrial): Probe {
  const run = (values: Vectors) => {
    g.manualSeed(0);
    const leaves = inputs.map((x, i) => leafOf(new g.Tensor(values[i] as Float64Array, x.shape, "float64")));
    return { leaves, out: record(new Tape(), () => model(...leaves)) };
  };
  const at = inputs.map((x) => Float64Array.from(x.data));
  return {
    at,
    value: (values) => Float64Array.from(run(values).out.data),
    gradients(cotangent) {
      const { leaves, out } = run(at);
      const found = out.requiresGrad ? sweep(out, new g.Tensor(cotangent, out.shape, out.dtype)) : new Map();
      return leaves.map((x) => sized(found.get(x)?.data ?? new Float64Array(x.size), x.size));
    },
  };
}

/** Inputs and fields of a hand-written layer that have a gradient. */
function ofLayer({ layer }: LayerTrial): Probe {
  const { trial, parts, gradients } = prepareLayer(layer);
  const first = gradients(trial.outputs().map(() => 1)).of;
  const given = parts.filter((_, i) => first[i]?.given.kind === "value");
  return {
    at: given.map(({ flat }) => flat.data),
    value: (values) =>
      trial.outputs(
        given.map(({ input, path, flat }, i) => ({
          input,
          path,
          data: Float64Array.from(values[i] as Float64Array),
          before: flat.data,
        })),
      ),
    gradients(cotangent) {
      const { of } = gradients(cotangent);
      return given.map((part) => {
        const numbers = of[parts.indexOf(part)]?.numbers;
        return sized(numbers instanceof Float64Array ? numbers : [], part.flat.data.length);
      });
    },
  };
}

function sized(values: ArrayLike<number>, size: number): Float64Array {
  if (values.length === size) return Float64Array.from(values);
  throw new Error(`a gradient of ${values.length} numbers for an input of ${size}`);
}
