/** Values that left the tape: numbers read with item() or from data, which the loss depends on without a gradient. */
import { getDefaultDtype, setDefaultDtype } from "../../core/dtype";
import { normOf } from "../../core/norm-of";
import { showPair } from "../../core/number-text";
import { RandomGenerator } from "../../core/random";
import type { Tape } from "../../core/tape";
import { inDouble, type Tensor } from "../../core/tensor";
import type { Check, Site } from "../../report/report";
import type { Run } from "../../tracing/run";
import { HeldNumbers } from "../differences/held-numbers";
import type { Pace } from "../differences/pace";
import { replay } from "../differences/replay";
import { inLine } from "./conclude";
import { entryOf } from "./entry";
import type { Subject } from "./target";

/** How far parameters are moved, relative to their size. */
const MOVE = 1e-2;
/** Disagreement that counts, relative to the change of the loss, where the file runs in float64; its constants were computed in float32. */
const SHARE = 1e-5;
/** The same where it cannot, and then relative to the loss too. */
const SHARE_IN_SINGLE = 2e-3;
const ROUNDING: Readonly<Record<string, number>> = { float32: 1e-5, float64: 1e-11 };

/** A dependence that only running the file again shows. */
export interface Escape {
  /** How the loss changed when the file ran again, and when the recorded operations did. */
  readonly real: number;
  readonly recorded: number;
  /** The operation into which the value came back as a plain number. */
  readonly op: string | null;
  readonly site: Site | null;
  /** The comments that allow it, when it is gone where the numbers that they speak of stay as they were. */
  readonly intents: readonly Site[];
}

interface Moment {
  readonly real: number;
  readonly recorded: number;
  readonly tape: Tape;
}

/** The parameters on which the loss depends in ways that were not recorded; parameters are moved and put back. */
export async function findEscapes(
  run: Run,
  subjects: readonly Subject[],
  pace: Pace,
): Promise<Map<Tensor, Escape>> {
  if (!(await pace.turn("running the file again", 0))) return new Map();
  const first = await lookAt(run);
  if (first === null || run.loss === null) return new Map();
  const precision = ROUNDING[run.loss.dtype] ?? 1e-5;
  const leaves = subjects.filter(
    ({ tensor }) => tensor.node === null && !isMadeAnew(run.tape, first.tape, tensor),
  );
  if (leaves.length === 0 || !isRepeated(first, precision)) return new Map();
  const exact = await inDoubleAgain(run, first.tape, leaves, async () => {
    const before = await lookAt(run);
    if (before === null || !isRepeated(before, precision)) return null;
    // What the recorded constants lack in float32 is there before and after.
    const offset = 4 * Math.abs(before.real - before.recorded);
    const rest = offset + 1e-11 * Math.abs(before.recorded);
    return compareMoved(run, leaves, before, { share: SHARE, rest }, pace);
  });
  const rest = 10 * precision * Math.abs(first.recorded);
  return exact ?? (await compareMoved(run, leaves, first, { share: SHARE_IN_SINGLE, rest }, pace));
}

/** A loss that differs by itself, by another batch or by chance, cannot be compared. */
function isRepeated({ real, recorded }: Moment, precision: number): boolean {
  return Math.abs(real - recorded) <= precision * Math.max(1, Math.abs(recorded));
}

/** Runs `look` with all that the file computes its loss from in float64; null when the file does not run like that. */
async function inDoubleAgain<T>(
  run: Run,
  { nodes }: Tape,
  leaves: readonly Subject[],
  look: () => Promise<T | null>,
): Promise<T | null> {
  const made = new Set(nodes.map(({ out }) => out));
  const given = nodes.flatMap(({ inputs }) => inputs).filter((x) => !made.has(x) && !x.isForgotten);
  const recorded = run.tape.nodes
    .flatMap(({ inputs }) => inputs)
    .filter((x) => x.node === null && !x.isForgotten);
  const all = new Set([...leaves.map(({ tensor }) => tensor), ...given, ...recorded]);
  const before = getDefaultDtype();
  setDefaultDtype("float64");
  try {
    return await inDouble(
      [...all].filter(({ dtype }) => dtype === "float32"),
      look,
    );
  } finally {
    setDefaultDtype(before);
  }
}

interface Tolerance {
  /** Relative to the change of the loss, and absolute. */
  readonly share: number;
  readonly rest: number;
}

async function compareMoved(
  run: Run,
  leaves: readonly Subject[],
  before: Moment,
  tolerance: Tolerance,
  pace: Pace,
): Promise<Map<Tensor, Escape>> {
  const found = new Map<Tensor, Escape>();
  const together = await moved(leaves, () => lookAt(run));
  if (together === null || agree(before, together, tolerance)) return found;
  const meant = run.sources.intents?.().length ? new HeldNumbers(run) : null;
  await meant?.keep(() => lookAt(run));
  for (const subject of leaves) {
    if (!(await pace.turn("running the file again", 0))) break;
    const after = await moved([subject], () => lookAt(run));
    if (after === null || agree(before, after, tolerance)) continue;
    const entry = entryOf(run, before.tape, after.tape, subject.tensor);
    const left = await moved([subject], () => meant?.give(() => lookAt(run)) ?? Promise.resolve(null));
    found.set(subject.tensor, {
      intents: left !== null && agree(before, left, tolerance) ? (meant?.comments ?? []) : [],
      real: after.real - before.real,
      recorded: after.recorded - before.recorded,
      op: entry?.op ?? null,
      site: entry === null ? null : run.sources.site(entry.site),
    });
  }
  return found;
}

/** True for a leaf that the loss itself makes: moving the last one says nothing about the next. */
function isMadeAnew(recorded: Tape, again: Tape, leaf: Tensor): boolean {
  const isUsed = (tape: Tape) => tape.nodes.some(({ inputs }) => inputs.includes(leaf));
  return isUsed(recorded) && !isUsed(again);
}

async function lookAt(run: Run): Promise<Moment | null> {
  try {
    const again = await run.rerun?.();
    if (!again || run.loss === null || again.loss.size !== 1) return null;
    const { values, loss } = replay(run.loss, { gradients: false });
    return {
      real: again.loss.data[0] as number,
      recorded: values[loss]?.data[0] as number,
      tape: again.tape,
    };
  } catch {
    return null;
  }
}

function agree(before: Moment, after: Moment, { share, rest }: Tolerance): boolean {
  const real = after.real - before.real;
  const recorded = after.recorded - before.recorded;
  const size = Math.max(Math.abs(real), Math.abs(recorded));
  return !(Math.abs(real - recorded) > share * size + rest);
}

async function moved<T>(subjects: readonly Subject[], look: () => Promise<T>): Promise<T> {
  const kept = subjects.map(({ tensor }) => tensor.data.slice());
  const random = new RandomGenerator(7);
  try {
    for (const { tensor } of subjects) {
      const typical = normOf(tensor.data) / Math.sqrt(Math.max(1, tensor.size)) || 1;
      tensor.data.forEach((v, i) => {
        tensor.data[i] = v + MOVE * typical * (0.5 + random.uniform());
      });
    }
    return await look();
  } finally {
    subjects.forEach(({ tensor }, i) => {
      tensor.data.set(kept[i] as Float64Array);
    });
  }
}

export function explainEscape({
  real,
  recorded,
  op,
  site,
  intents,
}: Escape): Pick<Check, "verdict" | "message" | "culprit" | "worst" | "intents"> {
  const place =
    op === null ? "somewhere between them" : `and came back as a plain number in ${op}${inLine(site)}`;
  const [changed, explained] = showPair(real, recorded);
  return {
    verdict: "cut",
    culprit: op === null ? null : { op, site },
    worst: null,
    intents,
    message: `The loss depends on it in a way that was not recorded: a value was read with item() or from data, ${place}. When it moves a little the loss changes by ${changed}; the recorded operations explain ${explained}.`,
  };
}
