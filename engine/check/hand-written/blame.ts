/** Which line of a backward pass is to blame: where a wrong gradient is made, or what several wrong ones have in common. */
import { leavesOf } from "../../core/numbers";
import type { Site } from "../../report/report";
import type { GradientSite } from "../../tracing/run";
import type { HandWrittenLayer } from "./layer";
import { returnedAt } from "./layer";
import type { Given } from "./matching";
import type { Part } from "./parts";

/** A part with what was found about it. */
export interface Judged {
  readonly part: Part;
  readonly given: Given;
  readonly isRight: boolean;
  readonly isWrong: boolean;
}

/** Where the text makes the gradient of a part. */
function sourceOf(
  { text }: HandWrittenLayer,
  { part, given }: Pick<Judged, "part" | "given">,
  count: number,
): GradientSite | null {
  const field = part.gradientAt?.join(".");
  const filled =
    field === undefined ? undefined : text.filled.find(({ name }) => name === field || name === `#${field}`);
  if (filled) return filled;
  const holder = part.gradientAt?.[0];
  const around = holder === undefined ? undefined : text.filled.find(({ name }) => name === holder);
  if (around) return around;
  return given.kind === "value" && part.gradientAt === null ? returnedAt(text, given.place, count) : null;
}

/** The site for each wrong part. @param count how many gradients the pass returned in a list */
export function blameOf(
  layer: HandWrittenLayer,
  judged: readonly Judged[],
  count: number,
): Map<Part, Site | null> {
  const { text, backwardSite } = layer;
  const wrong = judged.filter(({ isWrong }) => isWrong);
  const sources = wrong.map((each) => sourceOf(layer, each, count));
  const right = judged.filter(({ isRight }) => isRight).map((each) => sourceOf(layer, each, count));
  const shared = new Set(sources).size > 1 ? sharedStep(layer, sources, right) : null;
  const isExchanged = areExchanged(wrong);
  return new Map(
    wrong.map(({ part, given }, i) => {
      const lacks = given.kind !== "value" && part.input !== null ? text.result : null;
      const made = isExchanged && part.input !== null ? text.result : null;
      return [part, lacks ?? made ?? shared ?? sources[i]?.site ?? backwardSite];
    }),
  );
}

/** The last step that all wrong gradients come from, and no right one. */
function sharedStep(
  { text }: HandWrittenLayer,
  wrong: readonly (GradientSite | null)[],
  right: readonly (GradientSite | null)[],
): Site | null {
  if (wrong.some((source) => source === null)) return null;
  const innocent = new Set(right.flatMap((source) => source?.madeOf ?? []));
  const last = text.steps.findLastIndex(
    ({ makes }, i) => makes && !innocent.has(i) && wrong.every((source) => source?.madeOf.includes(i)),
  );
  return text.steps[last]?.site ?? null;
}

/** Gradients that do not fit their inputs, but would fit each other's. */
function areExchanged(wrong: readonly Judged[]): boolean {
  const sizes = wrong.flatMap(({ part, given }) =>
    part.input === null || given.kind !== "value"
      ? []
      : [[part.flat.data.length, sizeIn(given.value)] as const],
  );
  const misfits = sizes.filter(([wanted, found]) => wanted !== found);
  const wanted = misfits.map(([size]) => size).sort();
  const found = misfits.map(([, size]) => size).sort();
  return misfits.length > 1 && wanted.join() === found.join();
}

function sizeIn(value: unknown): number {
  return leavesOf(value).reduce((sum, { flat }) => sum + flat.data.length, 0);
}
