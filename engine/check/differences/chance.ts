/** A loss that is another number each time the file computes it, by chance or by the clock. */

import { showPair } from "../../core/number-text";
import type { Tape } from "../../core/tape";
import type { Rerun, Run } from "../../tracing/run";
import { inLine } from "../judging/conclude";
import { entryOf } from "../judging/entry";
import type { Undecided } from "../judging/verdict";

/** What running the loss again showed. */
export interface Chance {
  /** The loss, twice. */
  readonly values: readonly [number, number];
  readonly op: string | null;
  readonly site: number;
}

/**
 * Null when the loss repeats, with the generator of the library back at its place, or when it changes for another
 * reason than chance: another batch at each call, a step of training inside.
 */
export async function findChance(run: Run): Promise<Chance | null> {
  const { loss } = run;
  if (loss === null || run.rerun === undefined) return null;
  const recorded = loss.data[0] as number;
  const first = await attempt(run.rerun);
  if (first === null || Object.is(lossOf(first), recorded)) return null;
  const second = await attempt(run.rerun);
  if (second === null || !differ(lossOf(first), lossOf(second))) return null;
  // With chance and clock pinned only what else changes can make a difference.
  const pinned = { isPinned: true };
  const [third, fourth] = [await attempt(run.rerun, pinned), await attempt(run.rerun, pinned)];
  if (third === null || fourth === null || !Object.is(lossOf(third), lossOf(fourth))) return null;
  const entry = entryOf(run, first.tape, second.tape) ?? parting(first.tape, second.tape);
  return { values: [lossOf(first), lossOf(second)], op: entry?.op ?? null, site: entry?.site ?? 0 };
}

/** The verdict for what depends on the loss. */
export function explainChance(
  run: Run,
  { values, op, site: id }: Chance,
): Pick<Undecided, "verdict" | "message" | "culprit"> {
  const site = run.sources.site(id);
  const place = op === null ? "" : ` A number that changes enters in ${op}${inLine(site)}.`;
  const [a, b] = showPair(...values);
  return {
    verdict: "non-deterministic",
    culprit: op === null ? null : { op, site },
    message: `The loss is another number each time it is computed, by chance or by the clock: ${a}, then ${b}.${place} Random numbers of the library, such as randn(), repeat with their seed.`,
  };
}

type Again = NonNullable<Awaited<ReturnType<Rerun>>>;

async function attempt(rerun: Rerun, options?: { isPinned: boolean }): Promise<Again | null> {
  try {
    const again = await rerun(options);
    return again !== null && again.loss.size === 1 ? again : null;
  } catch {
    return null;
  }
}

/** By more than sums that run in another order each time, as on several threads. */
function differ(a: number, b: number): boolean {
  return Math.abs(a - b) > 1e-6 * Math.max(Math.abs(a), Math.abs(b)) || Number.isNaN(a) !== Number.isNaN(b);
}

function lossOf({ loss }: Again): number {
  return loss.data[0] as number;
}

/** Where two runs go apart: the first operation that is another one. */
function parting(before: Tape, after: Tape): { op: string; site: number } | null {
  const node = before.nodes.find((each, n) => after.nodes[n]?.op !== each.op) ?? before.nodes.at(-1);
  return node === undefined ? null : { op: node.op.name, site: node.out.site };
}
