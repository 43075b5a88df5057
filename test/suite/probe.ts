/** A trial as a function of plain numbers, with its backward pass: what the rules of other checkers are applied to. */
import { flatten } from "../../engine/check/hand-written/values";
import { inFloat64 } from "../../engine/check/replay";
import * as g from "../../engine/index";
import { sweep } from "../../engine/reverse";
import { record, Tape } from "../../engine/tape";
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
  const given = layer.inputs.map((input) => flatten(input));
  const fields = [...layer.fields.keys()].filter((name) => findGradients().fields.has(name));
  const flats = [...given, ...fields.map((name) => flatten(layer.fields.get(name)))];
  const parts = flats.map((flat) => {
    if (flat === null) throw new Error(`${layer.name} takes what is not made of numbers`);
    return flat;
  });
  function findGradients(cotangent?: Float64Array) {
    return inFloat64(() =>
      layer.gradients((out) => {
        const flat = flatten(out);
        return flat?.rebuild(cotangent ?? new Float64Array(flat.data.length));
      }),
    );
  }
  const evaluate = layer.evaluator();
  return {
    at: parts.map(({ data }) => data),
    value(values) {
      const built = parts.map((part, i) => part.rebuild(Float64Array.from(values[i] as Float64Array)));
      const own = new Map(fields.map((name, i) => [name, built[given.length + i]]));
      return (
        flatten(inFloat64(() => evaluate(built.slice(0, given.length), own)))?.data ?? new Float64Array(0)
      );
    },
    gradients(cotangent) {
      const found = findGradients(cotangent);
      const all = [...found.inputs, ...fields.map((name) => found.fields.get(name))];
      return parts.map(({ data }, i) => sized(flatten(all[i])?.data ?? new Float64Array(0), data.length));
    },
  };
}

function sized(values: ArrayLike<number>, size: number): Float64Array {
  if (values.length === size) return Float64Array.from(values);
  throw new Error(`a gradient of ${values.length} numbers for an input of ${size}`);
}
