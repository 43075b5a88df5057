/** The line of a custom operation's backward pass that is to blame, at one call of it. */

import { Node } from "../../../core/tape";
import { Tensor } from "../../../core/tensor";
import type { Site } from "../../../report/report";
import type { Run, SourceLayerSite } from "../../../tracing/run";
import { inBackward } from "../../../tracing/steps";
import type { Pace } from "../../differences/pace";
import { inFloat64 } from "../../differences/replay";
import type { ReplayStep } from "../../differences/replay-step";
import { weightsOf } from "../../differences/weights";
import { type Experiment, locateFault, type Place, type Suspect } from ".";
import { siteOfSuspect } from "./site";
import { attempt } from "./steps";

/** Elements of all inputs, at most. */
const MOST = 400;
/** Steps of differences, relative to the size of an input. */
const STEP = 1e-3;

const known = new WeakMap<ReplayStep, Promise<Suspect | null>>();

/** The site that the text alone points to, or a line that the steps of the backward pass show to be wrong. */
export async function lineOf(
  run: Run,
  source: SourceLayerSite,
  step: ReplayStep,
  byText: Site | null,
  pace: Pace,
): Promise<Site | null> {
  const found = known.get(step) ?? look(run, source, step, pace);
  known.set(step, found);
  const suspect = await found;
  return suspect === null ? byText : siteOfSuspect(suspect, byText);
}

async function look(
  run: Run,
  { backward }: SourceLayerSite,
  step: ReplayStep,
  pace: Pace,
): Promise<Suspect | null> {
  const { inputs, out } = step.node;
  const moved = inputs.flatMap((x, i) => (x.data instanceof Float64Array ? [i] : []));
  if (moved.reduce((sum, i) => sum + (inputs[i]?.size ?? 0), 0) > MOST) return null;
  const incoming = weightsOf(out, 0);
  const experiment = attempt(() => experimentOf(step, moved, incoming));
  const siteOf = (id: number) => run.sources.site(id);
  const repairs = () => (backward === null ? null : (run.sources.repairs?.(backward) ?? null));
  return (
    experiment &&
    locateFault(experiment, { own: backward, incoming: incoming.data, siteOf, repairs }, true, pace)
  );
}

function experimentOf({ node }: ReplayStep, moved: readonly number[], incoming: Tensor): Experiment {
  const { op, attrs } = node;
  const run = (part?: number, x?: Float64Array) => {
    const inputs = node.inputs.map((each, i) => {
      const data = part !== undefined && moved[part] === i && x ? x : each.data.slice();
      return new Tensor(data, each.shape, each.dtype);
    });
    return { inputs, out: op.forward(inputs, attrs) };
  };
  const loss = (part?: number, x?: Float64Array) =>
    inFloat64(() => {
      const { data } = run(part, x).out;
      let sum = 0;
      for (let i = 0; i < data.length; i++) sum += (incoming.data[i] as number) * (data[i] as number);
      return sum;
    });
  const gradients = (factor = 1) =>
    inFloat64(() => {
      const { inputs, out } = run();
      const result = new Tensor(out.data, out.shape, out.dtype, true);
      const again = new Node(op, inputs, attrs, result, null);
      const grad = new Tensor(
        Float64Array.from(incoming.data, (w) => factor * w),
        incoming.shape,
        "float64",
      );
      const pass = () => moved.map((i) => op.vjp(i, again)?.(grad, again) ?? null);
      return inBackward(pass).map((each) => (each === null ? null : Float64Array.from(each.data)));
    });
  const given = gradients();
  const parts = moved.map((i, part): Place => {
    const x = node.inputs[i]?.data as Float64Array;
    return {
      x,
      given: given[part] ?? new Float64Array(x.length),
      true: slopesOf(x, (data) => loss(part, data)),
    };
  });
  return { parts, loss, gradients };
}

/** Differences of the sixth order. */
function slopesOf(x: Float64Array, loss: (x: Float64Array) => number): Float64Array {
  const typical = Math.sqrt(x.reduce((sum, v) => sum + v * v, 0) / Math.max(1, x.length)) || 1;
  return x.map((v, i) => {
    const h = STEP * Math.max(Math.abs(v), typical);
    const central = (by: number) => {
      const [after, before] = [x.slice(), x.slice()];
      after[i] = v + by;
      before[i] = v - by;
      return (loss(after) - loss(before)) / (2 * by);
    };
    return (64 * central(h / 4) - 20 * central(h / 2) + central(h)) / 45;
  });
}
