/** What Gradlens says of a trial: its verdict, and the operation and line that it blames. */
import { type CheckOptions, checkGradients } from "../../engine/check";
import { Pace } from "../../engine/check/differences/pace";
import { checkHandWritten } from "../../engine/check/hand-written";
import { giveVerdict } from "../../engine/check/judging/verdict";
import { RandomGenerator } from "../../engine/core/random";
import { record, Tape } from "../../engine/core/tape";
import * as g from "../../engine/index";
import type { Check } from "../../engine/report/report";
import type { Run } from "../../engine/tracing/run";
import { onLine, sampleRun } from "../engine/sample-run";
import type { TapeTrial, Trial } from "../fixtures/faults/trial";

/** Checks a trial as a person does: in a model whose loss is the weighted sum of what the function gives. */
export async function checkTrial(trial: Trial, options: CheckOptions = {}): Promise<Check[]> {
  if ("layer" in trial)
    return (await checkHandWritten(trial.layer, { rtol: 1e-6, atol: 0 }, new Pace({}))).checks.map(
      giveVerdict,
    );
  return checkGradients(runOf(trial), { kind: "all" }, options);
}

/** The check that decides: the first that fails, else the first of the others that says most. */
export function decisive(checks: readonly Check[]): Check {
  const order = (check: Check) =>
    check.outcome === "fail" ? 0 : 1 + ["kink", "ok", "noise-floor", "vacuous"].indexOf(check.verdict);
  const [first] = checks.toSorted((a, b) => order(a) - order(b));
  if (first === undefined) throw new Error("nothing was checked");
  return first;
}

/** A parameter with the values of `x`. */
export function leafOf(x: g.Tensor): g.Tensor {
  return new g.Tensor(Float64Array.from(x.data), x.shape, "float64", true);
}

function runOf(trial: TapeTrial): Run {
  const parameters = trial.inputs.map((x) => onLine(2, () => leafOf(x)));
  const loss = () => {
    g.manualSeed(0);
    const out = trial.model(...parameters);
    return out.size === 1 ? out : onLine(11, () => g.sum(onLine(10, () => g.mul(out, weightsFor(out)))));
  };
  const run = sampleRun(({ name }) => {
    for (const [i, x] of parameters.entries()) name(`x${i}`, x);
    return loss();
  });
  const rerun = async () => {
    const tape = new Tape();
    return { tape, loss: record(tape, loss) };
  };
  return { ...run, rerun };
}

function weightsFor(out: g.Tensor): g.Tensor {
  const random = new RandomGenerator(out.size);
  const draw = () => (random.uniform() < 0.5 ? -1 : 1) * (0.5 + random.uniform());
  return new g.Tensor(Float64Array.from({ length: out.size }, draw), out.shape, "float64");
}
