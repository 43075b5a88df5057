/** Runs the suite: every trial through Gradlens and through the rules of the others, and counts what each gets right. */
import { getDefaultDtype, setDefaultDtype } from "../../engine/core/dtype";
import { RandomGenerator } from "../../engine/core/random";
import { Sampler } from "../../engine/core/sampler";
import type { Check, Verdict } from "../../engine/report/report";
import { faults, rights } from "../fixtures/faults";
import { HERE, type Trial, type Trials } from "../fixtures/faults/trial";
import { checkTrial, decisive } from "./gradlens";
import { probeOf } from "./probe";
import { type Answer, type Rival, rivals } from "./rivals";

export interface Outcome {
  readonly group: string;
  readonly name: string;
  readonly seed: number;
  readonly isFault: boolean;
  /** Fails, as far as the checker is concerned. */
  readonly fails: boolean;
  readonly verdictIsRight: boolean;
  readonly placeIsRight: boolean;
  /** What it said, for a person. */
  readonly said: string;
}

export interface Score {
  readonly detected: number;
  readonly faults: number;
  readonly falseAlarms: number;
  readonly rights: number;
  readonly verdicts: number;
  readonly places: number;
}

interface Case {
  readonly group: string;
  readonly name: string;
  readonly isFault: boolean;
  make(seed: number): Trial;
}

/** All trials, as functions of a seed that gives shapes and values. */
export function allCases(): Case[] {
  const of = (groups: Readonly<Record<string, Trials>>, isFault: boolean) =>
    Object.entries(groups).flatMap(([group, trials]) =>
      Object.entries(trials).map(([name, make], n) => ({
        group,
        name,
        isFault,
        make: (seed: number) => make(new Sampler(1000 * seed + n)),
      })),
    );
  return [...of(faults, true), ...of(rights, false)];
}

/** Runs `fn` with float64 as the default element type. */
async function withFloat64<T>(fn: () => Promise<T>): Promise<T> {
  const before = getDefaultDtype();
  setDefaultDtype("float64");
  try {
    return await fn();
  } finally {
    setDefaultDtype(before);
  }
}

export function runGradlens(cases: readonly Case[], seed: number): Promise<Outcome[]> {
  return withFloat64(async () => {
    const outcomes: Outcome[] = [];
    for (const each of cases) {
      try {
        const trial = each.make(seed);
        outcomes.push(judge(each, seed, trial, decisive(await checkTrial(trial, { seed }))));
      } catch (cause) {
        throw new Error(`${each.group} · ${each.name}: cannot be checked`, { cause });
      }
    }
    return outcomes;
  });
}

function judge({ group, name, isFault }: Case, seed: number, trial: Trial, check: Check): Outcome {
  const place = trial.culprit ?? HERE;
  const { verdict, culprit, message } = check;
  return {
    group,
    name,
    seed,
    isFault,
    fails: check.outcome === "fail",
    verdictIsRight: expected(trial, isFault).includes(verdict),
    placeIsRight: culprit?.op === place.op && culprit.site?.line === place.line,
    said: `${verdict} (${culprit ? `${culprit.op}, line ${culprit.site?.line}` : "no culprit"}): ${message}`,
  };
}

function expected({ verdicts }: Trial, isFault: boolean): readonly Verdict[] {
  return verdicts ?? [isFault ? "wrong-derivative" : "ok"];
}

export function runRival(rival: Rival, cases: readonly Case[], seed: number): Promise<Outcome[]> {
  return withFloat64(async () =>
    cases.map(({ make, ...each }, n) => {
      const trial = make(seed);
      const answer = ask(rival, trial, 1000 * seed + n);
      const means: Readonly<Record<Answer, Verdict>> = {
        passes: "ok",
        fails: "wrong-derivative",
        kink: "kink",
        "non-deterministic": "non-deterministic",
      };
      const verdictIsRight = expected(trial, each.isFault).includes(means[answer]);
      const fails = answer === "fails" || answer === "non-deterministic";
      return { ...each, seed, fails, verdictIsRight, placeIsRight: false, said: answer };
    }),
  );
}

/** An exception, such as for a gradient of the wrong shape, fails a check too. */
function ask(rival: Rival, trial: Trial, seed: number): Answer {
  try {
    return rival.check(probeOf(trial), new RandomGenerator(seed));
  } catch {
    return "fails";
  }
}

export function score(outcomes: readonly Outcome[]): Score {
  const faulty = outcomes.filter(({ isFault }) => isFault);
  const right = outcomes.filter(({ isFault }) => !isFault);
  const count = (of: readonly Outcome[], test: (each: Outcome) => boolean) => of.filter(test).length;
  return {
    faults: faulty.length,
    rights: right.length,
    detected: count(faulty, ({ fails }) => fails),
    falseAlarms: count(right, ({ fails }) => fails),
    verdicts: count(outcomes, ({ verdictIsRight }) => verdictIsRight),
    places: count(faulty, ({ fails, placeIsRight }) => fails && placeIsRight),
  };
}

export { rivals };
