/** Two norms of a gradient beside each other: by how much they differ, and how that is said. */
import { showNumber } from "../../core/number-text";
import type { ComparedNorms, GradientChange } from "../comparison";

export const FACTOR = 2;

/** A norm, and whether all elements behind it are finite; null without a gradient. */
export interface Norm {
  readonly norm: number;
  readonly isFinite: boolean;
}

export function compareNorms(a: Norm | null, b: Norm | null, factor: number): ComparedNorms {
  const change = changeOf(a, b, factor);
  const ratio =
    a !== null && b !== null && a.isFinite && b.isFinite && a.norm > 0 && b.norm > 0 ? b.norm / a.norm : null;
  return { a: a?.norm ?? null, b: b?.norm ?? null, ratio, change };
}

/** A norm that came without its elements. */
export function plainNorm(norm: number | null): Norm | null {
  return norm === null ? null : { norm, isFinite: Number.isFinite(norm) };
}

function changeOf(a: Norm | null, b: Norm | null, factor: number): GradientChange {
  if (a === null || b === null) return a === b ? "none" : a === null ? "none-in-a" : "none-in-b";
  if (!a.isFinite || !b.isFinite)
    return a.isFinite ? "not-finite-in-b" : b.isFinite ? "not-finite-in-a" : "not-finite";
  if (a.norm === 0 || b.norm === 0)
    return a.norm === b.norm ? "same" : a.norm === 0 ? "zero-in-a" : "zero-in-b";
  // Not by the ratio, which may be too large or too small for a number.
  if (b.norm / factor > a.norm) return "larger";
  return a.norm / factor > b.norm ? "smaller" : "same";
}

/** True for what a person who compares wants to see. */
export function isChanged({ change }: ComparedNorms): boolean {
  return change !== "same" && change !== "none" && change !== "not-finite";
}

/** How much a person wants to see it: what broke or appeared first, then by the factor. */
export function sizeOfChange({ ratio, change }: ComparedNorms): number {
  if (change === "none" || (change === "same" && ratio === null)) return 0;
  if (change === "not-finite") return 0.5;
  if (ratio === null) return Number.POSITIVE_INFINITY;
  return Math.abs(Math.log(ratio));
}

/** How the two runs are called: "no gradient in A". */
export interface RunNames {
  readonly a: string;
  readonly b: string;
}

const letters: RunNames = { a: "in A", b: "in B" };

type Said = Exclude<GradientChange, "same" | "larger" | "smaller">;

const words: Readonly<Record<Said, (names: RunNames) => string>> = {
  none: () => "no gradient",
  "none-in-a": ({ a }) => `no gradient ${a}`,
  "none-in-b": ({ b }) => `no gradient ${b}`,
  "zero-in-a": ({ a }) => `0 ${a}`,
  "zero-in-b": ({ b }) => `0 ${b}`,
  "not-finite-in-a": ({ a }) => `not finite ${a}`,
  "not-finite-in-b": ({ b }) => `not finite ${b}`,
  "not-finite": () => "not finite",
};

/** Below this part of the norm, the part is said instead of the ratio. */
const LITTLE = 1e-3;

/** "× 12", "÷ 3.5", "within 2e-8", "no gradient in B" */
export function showChange({ change, ratio, a, b }: ComparedNorms, names = letters): string {
  if (change !== "same" && change !== "larger" && change !== "smaller") return words[change](names);
  if (a === b) return "same";
  if (ratio === null) return "";
  if (Math.abs(ratio - 1) < LITTLE) return `within ${showNumber(Math.abs(ratio - 1), 1)}`;
  const [sign, times] = ratio >= 1 ? ["×", ratio] : ["÷", 1 / ratio];
  return `${sign} ${showNumber(times, times < 1.1 ? 4 : 3)}`;
}
