/** Gradients of a run beside those that PyTorch saved: which names belong together, and where the numbers differ most. */
import { readFileSync } from "node:fs";
import { ModelError } from "../core/error";
import { sameShape } from "../core/shape";
import type { Tensor } from "../core/tensor";
import { readNpz } from "../data/npz";
import { readSafetensors } from "../data/safetensors";
import { unravel } from "../report/element-index";

/** The gradient of a parameter in this run; no values when the backward pass did not reach it. */
export interface Gradient {
  readonly name: string;
  readonly shape: readonly number[];
  readonly values: Float64Array | null;
}

export interface WorstDifference {
  readonly index: readonly number[];
  readonly found: number;
  readonly expected: number;
  /** The difference over the largest of: the expected magnitude, the expected gradient's usual size, the floor. */
  readonly relError: number;
}

export type Comparison =
  | { readonly kind: "same" | "differs"; readonly worst: WorstDifference | null }
  /** The reference has another shape. */
  | { readonly kind: "shape"; readonly expected: readonly number[] }
  /** The reference has no gradient of this parameter. */
  | { readonly kind: "missing" }
  /** The run has no parameter for this gradient of the reference. */
  | { readonly kind: "superfluous" };

export type ComparedGradient = Comparison & {
  /** As in this run; of a superfluous one, as in the reference. */
  readonly name: string;
  /** Its name in the reference; null when it is missing there. */
  readonly reference: string | null;
  readonly shape: readonly number[];
};

export type Reference = Readonly<Record<string, Tensor>>;

/** Reads a .npz or .safetensors file. @throws ModelError for another file, or one that is broken */
export function readReference(path: string): Reference {
  const read = path.endsWith(".safetensors") ? readSafetensors : path.endsWith(".npz") ? readNpz : null;
  if (read === null) throw new ModelError(`${path} is no reference; expected a .npz or .safetensors file`);
  return read(readFileSync(path));
}

/**
 * Gradients far below the model's largest are rounding, as that of a bias before a normalisation: differences are
 * measured against at least this part of the largest.
 */
const FLOOR = 1e-3;

/** A row for each parameter of the run, then one for each gradient of the reference that no parameter took. */
export function compareGradients(
  gradients: readonly Gradient[],
  reference: Reference,
  rtol: number,
): ComparedGradient[] {
  const names = pairNames(
    gradients.map(({ name }) => name),
    Object.keys(reference),
  );
  const floor = FLOOR * Math.max(0, ...Object.values(reference).map(usualSize).filter(Number.isFinite));
  const rows = gradients.map((gradient): ComparedGradient => {
    const { name, shape } = gradient;
    const other = names.get(name) ?? null;
    const expected = other === null ? undefined : reference[other];
    return { name, reference: other, shape, ...compare(gradient, expected, rtol, floor) };
  });
  const taken = new Set(names.values());
  const rest = Object.entries(reference).filter(([name]) => !taken.has(name));
  return [
    ...rows,
    ...rest.map(([name, { shape }]) => ({
      kind: "superfluous" as const,
      name,
      reference: name,
      shape,
    })),
  ];
}

/** What --against fails for. A parameter that has no gradient on either side is the same. */
export function isDifferent({ kind }: ComparedGradient): boolean {
  return kind !== "same";
}

function compare(gradient: Gradient, expected: Tensor | undefined, rtol: number, floor: number): Comparison {
  const { shape, values } = gradient;
  if (expected === undefined) return values === null ? { kind: "same", worst: null } : { kind: "missing" };
  if (!sameShape(shape, expected.shape)) return { kind: "shape", expected: expected.shape };
  const worst = worstDifference(values ?? new Float64Array(expected.size), expected, floor);
  return { kind: worst === null || worst.relError <= rtol ? "same" : "differs", worst };
}

/** Null for a tensor without elements. */
function worstDifference(found: Float64Array, expected: Tensor, floor: number): WorstDifference | null {
  const { data, shape } = expected;
  const usual = usualSize(expected);
  const size = Number.isFinite(usual) ? Math.max(usual, floor) : floor;
  let at = -1;
  let largest = -1;
  for (let i = 0; i < found.length; i++) {
    const error = relativeError(found[i] as number, data[i] as number, size);
    if (error <= largest) continue;
    at = i;
    largest = error;
  }
  if (at < 0) return null;
  const [a, b] = [found[at] as number, data[at] as number];
  return { index: unravel(at, shape), found: a, expected: b, relError: largest };
}

/** Root mean square of the elements. */
function usualSize({ data }: Tensor): number {
  let sum = 0;
  for (const each of data) sum += each * each;
  return data.length === 0 ? 0 : Math.sqrt(sum / data.length);
}

/** Rounding leaves errors as large as the gradient's usual entries allow, also in entries that are nearly 0. */
function relativeError(found: number, expected: number, size: number): number {
  if (Object.is(found, expected) || found === expected) return 0;
  const error = Math.abs(found - expected) / Math.max(Math.abs(expected), size);
  return Number.isNaN(error) ? Infinity : error;
}

/**
 * Names of the run → names of the reference. A `state_dict` begins below the model's variable, and a wrapped model adds
 * a name of its own: on each side the first part may go, whichever way most names agree.
 */
function pairNames(ours: readonly string[], theirs: readonly string[]): Map<string, string> {
  const pairings = rootsOf(ours).flatMap((our) =>
    rootsOf(theirs).map((their) => pair(ours, our, theirs, their)),
  );
  return pairings.reduce((best, each) => (each.size > best.size ? each : best));
}

function pair(ours: readonly string[], our: string, theirs: readonly string[], their: string) {
  const known = new Map(theirs.map((name) => [without(their, name), name]));
  const pairs = new Map<string, string>();
  for (const name of ours) {
    const found = known.get(without(our, name));
    if (found === undefined) continue;
    pairs.set(name, found);
    known.delete(without(our, name));
  }
  return pairs;
}

/** None, and each first part of a name. */
function rootsOf(names: readonly string[]): string[] {
  const parts = names
    .filter((name) => name.includes("."))
    .map((name) => name.slice(0, name.indexOf(".") + 1));
  return ["", ...new Set(parts)];
}

function without(root: string, name: string): string {
  return name.startsWith(root) ? name.slice(root.length) : name;
}
