/** One trial of each kind by its number: a right model, a model with a fault, a random program. */

import type { Run } from "../../engine/tracing/run";
import { checkModel, isFine, isNumber, isSaturated, runOf, showCheck } from "./check";
import { Draw } from "./draw";
import { chooseFault, type Fault, isVisible, plant } from "./faults";
import { makeModel } from "./model";
import { programFailure } from "./programs";

export type Kind = "models" | "faults" | "programs";

/** What came of one trial; `verdicts` are those of its checks. */
export interface Outcome {
  readonly number: number;
  readonly result: "good" | "bad" | "unnamed" | "not counted";
  readonly verdicts: readonly string[];
  /** For a person: what happened, and the model. */
  readonly said: string;
}

/** Two numbers as one seed, so that trials of different seeds have nothing in common. */
function seedOf(seed: number, number: number): number {
  return (Math.imul(seed + 1, 0x9e3779b1) ^ Math.imul(number + 1, 0x85ebca6b)) >>> 0;
}

/** A right model must get no failing verdict. */
async function tryModel(seed: number, number: number): Promise<Outcome> {
  const model = makeModel(seedOf(seed, number));
  const run = runOf(model);
  if (!isNumber(run)) return { number, result: "not counted", verdicts: [], said: "not finite" };
  const checks = await checkModel(run, { seed: number });
  const failing = checks.filter((check) => !isFine(check));
  run.tape.drop();
  return {
    number,
    result: failing.length > 0 ? "bad" : "good",
    verdicts: checks.map(({ verdict }) => verdict),
    said: failing.length > 0 ? `${failing.map(showCheck).join("\n")}\n${model.text}` : "",
  };
}

/** A wrong rule must be found, and every failing check must name its operation and line. */
async function tryFault(seed: number, number: number): Promise<Outcome> {
  const own = seedOf(seed + 7, number);
  const model = makeModel(own);
  const run = runOf(model);
  const [fine, coarse] = [runOf(makeModel(own, "float64")), runOf(makeModel(own, "float32"))];
  const isCounted = isNumber(run) && isNumber(fine) && !isSaturated(run);
  const fault = isCounted ? visibleFault(new Draw(own + 1), run, fine, coarse) : null;
  if (fault === null) return { number, result: "not counted", verdicts: [], said: "no effect" };
  plant(run, fault);
  const checks = await checkModel(run, { seed: number });
  const failing = checks.filter(({ outcome }) => outcome === "fail");
  const names = ({ op, lines }: Fault) =>
    failing.every(({ culprit }) => culprit?.op === op && lines.includes(culprit.site?.line ?? 0));
  const result = failing.length === 0 ? "bad" : names(fault) ? "good" : "unnamed";
  run.tape.drop();
  fine.tape.drop();
  coarse.tape.drop();
  const planted = `${fault.mistake}: input ${fault.input + 1} of ${fault.op}, line ${fault.lines}, at ${fault.places.length} of its calls`;
  return {
    number,
    result,
    verdicts: checks.map(({ verdict }) => verdict),
    said: result === "good" ? "" : `${planted}\n${checks.map(showCheck).join("\n")}\n${model.text}`,
  };
}

/** A fault that changes a gradient: many would change nothing where they stand, such as a transposed number. */
function visibleFault(draw: Draw, run: Run, fine: Run, coarse: Run): Fault | null {
  for (let tries = 0; tries < 20; tries++) {
    const fault = chooseFault(draw, run);
    if (fault !== null && isVisible(fine, coarse, fault)) return fault;
  }
  return null;
}

async function tryProgram(seed: number, number: number): Promise<Outcome> {
  const said = programFailure(seedOf(seed, number));
  return { number, result: said === "" ? "good" : "bad", verdicts: [], said };
}

const tryOne: Readonly<Record<Kind, (seed: number, number: number) => Promise<Outcome>>> = {
  models: tryModel,
  faults: tryFault,
  programs: tryProgram,
};

/** Runs the trial with the given number; an exception is a bad outcome too. */
export async function runTrial(kind: Kind, seed: number, number: number): Promise<Outcome> {
  try {
    return await tryOne[kind](seed, number);
  } catch (error) {
    const said = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return { number, result: "bad", verdicts: ["exception"], said };
  }
}
