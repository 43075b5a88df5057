/** What the recorded operations do not show: chance, values that left the tape, tensors that operations read from outside. */

import { detached, type Tensor } from "../../core/tensor";
import { verdicts } from "../../report/verdicts";
import type { Run } from "../../tracing/run";
import { explainChance, findChance } from "../differences/chance";
import type { Pace } from "../differences/pace";
import { type Replay, replay } from "../differences/replay";
import { isCut } from "../differences/replay-step";
import { type Closure, findClosures, isCustom } from "./closures";
import { inLine } from "./conclude";
import { explainEscape, findEscapes } from "./escape";
import { intentAt } from "./intent";
import type { Subject } from "./target";
import type { Undecided } from "./verdict";

/** The checks, in their order, with what running the file and its operations again shows of their subjects. */
export async function lookOutside(
  run: Run,
  recorded: Replay,
  checks: ReadonlyMap<Undecided, Subject>,
  pace: Pace,
): Promise<Undecided[]> {
  const subjects = [...checks.values()];
  const amend = (facts: (tensor: Tensor) => Partial<Undecided> | null) =>
    [...checks].map(([check, { tensor }]) => stronger(run, check, facts(tensor)));
  const chance = await findChance(run);
  if (chance !== null)
    return amend((x) => (recorded.slotOf(x) === undefined ? null : explainChance(run, chance)));
  const closures = await closuresByLeaf(run, recorded, subjects);
  const escapes = await findEscapes(run, subjects, pace);
  return amend((x) => {
    const [closure, left] = [closures.get(x), escapes.get(x)];
    if (closure !== undefined) return explainClosure(run, closure);
    return left === undefined ? null : explainEscape(left);
  });
}

/** A wrong derivative says more than what lies outside, and what is meant there hides no failure. */
function stronger(run: Run, check: Undecided, found: Partial<Undecided> | null): Undecided {
  if (found === null) return check;
  const isFailed = verdicts[check.verdict].outcome === "fail";
  const comment = intentAt(run, found.culprit?.site ?? null);
  const own = [...(found.intents ?? []), ...(comment === null ? [] : [comment])];
  const isAllowed = own.length > 0;
  const isWeaker = check.verdict === "wrong-derivative" || (isFailed && isAllowed);
  if (isWeaker && !check.intents?.length) return check;
  return { ...check, ...found, intents: isAllowed ? [...(check.intents ?? []), ...own] : [] };
}

/** Closures by the tensors to which a gradient should lead through them. */
async function closuresByLeaf(
  run: Run,
  recorded: Replay,
  subjects: readonly Subject[],
): Promise<Map<Tensor, Closure>> {
  if (!recorded.steps.some((step) => !isCut(step) && isCustom(step))) return new Map();
  // Operations read what the variables of the file hold now: the tensors of its last run.
  const again = await run.rerun?.().catch(() => null);
  const { tape, loss } = again ?? run;
  const last = again && loss !== null ? replay(loss) : recorded;
  const onTape = tape.nodes.flatMap(({ inputs, out }) => [...inputs, out]);
  const tensors = new Set([...subjects.map(({ tensor }) => tensor), ...onTape]);
  const found = new Map<Tensor, Closure>();
  for (const closure of findClosures(last, [...tensors])) {
    for (const x of behind(closure.tensor)) if (!found.has(x)) found.set(x, closure);
  }
  return found;
}

/** A tensor and all that it was made of. */
function behind(tensor: Tensor): Set<Tensor> {
  const found = new Set<Tensor>();
  const stack = [tensor];
  for (let x = stack.pop(); x !== undefined; x = stack.pop()) {
    if (found.has(x)) continue;
    found.add(x);
    const origin = detached.get(x);
    stack.push(...(x.node?.inputs ?? (origin === undefined ? [] : [origin])));
  }
  return found;
}

function explainClosure(run: Run, { step: { recorded } }: Closure): Partial<Undecided> {
  const site = run.sources.site(recorded.out.site);
  const { name } = recorded.op;
  return {
    verdict: "cut",
    culprit: { op: name, site },
    message: `The loss depends on it in a way that carries no gradient: ${name}${inLine(site)} reads it from outside. Only what it takes as an input gets a gradient from its backward pass: pass it to ${name}.`,
  };
}
