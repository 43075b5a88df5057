/** Looks for one small change of the text that makes all gradients right: where that is, is the mistake. */

import { withInstead } from "../../../tracing/instead";
import type { RepairSite } from "../../../tracing/run";
import type { Pace } from "../../differences/pace";
import { ableAmong, type Suspect } from "./choose";
import type { Evidence } from "./evidence";
import type { Experiment } from "./experiment";
import { readPlace } from "./place";
import { attempt, type StepOf } from "./steps";
import type { Text } from "./text";

/** Milliseconds that may go to it, to all of the search for the line, and the share of what is left. */
const MOST_MS = 1200;
const LEAST_MS = 300;
const ALL_MS = 2500;
const SHARE = 0.3;
/** Relative to the largest true gradient of a part. */
const RIGHT = 1e-5;
/** Turns of loops that a change may take. */
const FUEL = 200_000;

interface Clues {
  readonly steps: readonly StepOf[] | null;
  /** What is missing in the gradients. */
  readonly rest: Float64Array;
  readonly evidence: Evidence | null;
  /** When the search for the line began. */
  readonly begun: number;
}

/** Null where no change mends everything, or none was found in time. */
export async function repairedFault(
  experiment: Experiment,
  text: Text,
  clues: Clues,
  pace: Pace,
): Promise<Suspect | null> {
  const now = pace.now();
  const longest = Math.max(LEAST_MS, Math.min(MOST_MS, clues.begun + ALL_MS - now));
  const until = now + Math.min(longest, SHARE * pace.left);
  const repairs = attempt(() => text.repairs());
  if (repairs === null) return null;
  const doubt = doubtOf(clues);
  const isRight = rightness(experiment);
  const tried = new Set<string>();
  let left: Scored[] = [];
  let least = 0;
  for (const most of TIERS) {
    const isWanted = (line: number) => least + doubt(line, false) < (TIERS.at(-1) as number);
    const found = repairs(least, most, isWanted).map((repair) => ({
      repair,
      score: repair.cost + doubt(repair.line, repair.isOperator),
    }));
    const all = [...left, ...found].sort((a, b) => a.score - b.score || a.repair.line - b.repair.line);
    const isDue = ({ score }: Scored) => score < most;
    left = all.filter((each) => !isDue(each));
    least = most;
    for (const { repair } of all.filter(isDue)) {
      if (pace.now() > until || !(await pace.turn("looking for the line", 0.97))) return null;
      const code = repair.code();
      if (tried.has(code)) continue;
      tried.add(code);
      const given = attempt(() => withInstead(repair.key, code, FUEL, () => experiment.gradients()));
      if (given && isRight(given)) return { site: repair.site(), others: [] };
    }
  }
  return null;
}

interface Scored {
  readonly repair: RepairSite;
  readonly score: number;
}

/** What costs less is tried before the rest is thought of. */
const TIERS = [1.7, 2.25, 2.75, 3.5];

/** By how much a repair in a line is less likely. */
function doubtOf({ steps, rest, evidence }: Clues): (line: number, isOperator: boolean) => number {
  const lineOf = ({ place }: StepOf) => readPlace(place).site.line;
  const able = steps && new Set(ableAmong(steps, rest).map(({ step }) => lineOf(step)));
  const known = steps && new Set(steps.map(lineOf));
  return (line, isOperator) => {
    const begins = evidence?.begins.get(line) ?? Number.NEGATIVE_INFINITY;
    // No step of it could mend everything.
    const isUnable = able !== null && !able.has(line) && (known?.has(line) ? 0.7 : 0.05);
    const isLate = evidence !== null && begins > evidence.wrongAt;
    const isRight = evidence?.vouched.has(line) || (!isOperator && evidence?.right.has(line));
    return Number(isUnable) + (isLate ? 1 : 0) + (isRight ? 0.7 : 0);
  };
}

function rightness({ parts }: Experiment): (given: readonly (Float64Array | null)[]) => boolean {
  const margins = parts.map(
    (part) =>
      RIGHT * part.true.reduce((most, v) => (Number.isFinite(v) ? Math.max(most, Math.abs(v)) : most), 0),
  );
  return (given) =>
    parts.every((part, i) => {
      const own = given[i];
      return (
        own?.length === part.true.length &&
        part.true.every(
          (v, j) => Number.isNaN(v) || Math.abs(v - (own[j] as number)) <= (margins[i] as number),
        )
      );
    });
}
