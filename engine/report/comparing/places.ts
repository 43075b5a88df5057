/** Which call of one text is which of the other: places in order, by what is computed there, whatever moved the lines. */
import type { Site } from "../report";
import { sharedNumbers } from "./layers";
import { linkInOrder, Matching } from "./matching";
import type { Outline } from "./outline";
import type { IndexPair } from "./sequences";

/** A call of the source, and what the run computed there. */
interface Place {
  readonly site: Site;
  /** How often each operation. */
  readonly done: Map<string, number>;
}

/** By node the number that both sides have for its place; -1 without one. */
export interface PairedPlaces {
  readonly a: readonly number[];
  readonly b: readonly number[];
}

export function pairPlaces(a: Outline, b: Outline): PairedPlaces {
  const [inA, inB] = [placesOf(a), placesOf(b)];
  const same = new Matching({ count: inA.places.length }, { count: inB.places.length });
  const [fileA, fileB] = [fileNames(a), fileNames(b)];
  for (const said of [allDone, mostDone]) {
    const token = (place: Place | undefined, file: FileName) => place && `${file(place)} ${said(place)}`;
    linkInOrder(
      same,
      (i) => token(inA.places[i], fileA) ?? null,
      (j) => token(inB.places[j], fileB) ?? null,
    );
  }
  const pairs = fillGaps(same.pairs(), inA.places.length, inB.places.length, (i, j) => {
    const [x, y] = [inA.places[i], inB.places[j]];
    return x !== undefined && y !== undefined && fileA(x) === fileB(y);
  });
  const numbers = sharedNumbers(pairs, inA.places.length, inB.places.length);
  const numberOf = (own: readonly number[], all: readonly number[]) =>
    own.map((place) => (place === -1 ? -1 : (all[place] ?? -1)));
  return { a: numberOf(inA.byNode, numbers.a), b: numberOf(inB.byNode, numbers.b) };
}

/** Adds what stands between two pairs, when that is as much on both sides: another operation in the same place. */
function fillGaps(
  pairs: readonly IndexPair[],
  sizeA: number,
  sizeB: number,
  fits: (i: number, j: number) => boolean,
): IndexPair[] {
  const filled: IndexPair[] = [];
  let [a, b] = [0, 0];
  for (const [i, j] of [...pairs, [sizeA, sizeB] as const]) {
    if (i - a === j - b) for (; a < i; a++, b++) if (fits(a, b)) filled.push([a, b]);
    if (i < sizeA) filled.push([i, j]);
    [a, b] = [i + 1, j + 1];
  }
  return filled;
}

/** Places in the order of the text, and by node the index of its place. */
function placesOf({ sites, ops, kinds }: Outline) {
  const byKey = new Map<string, Place>();
  const keys = sites.map((site, node) => {
    if (site === null || kinds[node] !== "operation") return null;
    const key = `${site.file}:${site.line}:${site.column}:${site.endLine}:${site.endColumn}`;
    const place = byKey.get(key) ?? { site, done: new Map<string, number>() };
    const op = ops[node] ?? "";
    place.done.set(op, (place.done.get(op) ?? 0) + 1);
    byKey.set(key, place);
    return key;
  });
  const sorted = [...byKey].sort(([, x], [, y]) => compareSites(x.site, y.site));
  const index = new Map(sorted.map(([key], i) => [key, i]));
  const byNode = keys.map((key) => (key === null ? -1 : (index.get(key) ?? -1)));
  return { places: sorted.map(([, place]) => place), byNode };
}

/** The end of a call says where its name stands in a chain, x.mul(y).add(z). */
function compareSites(x: Site, y: Site): number {
  if (x.file !== y.file) return x.file < y.file ? -1 : 1;
  return x.endLine - y.endLine || x.endColumn - y.endColumn || y.line - x.line || y.column - x.column;
}

type FileName = (place: Place) => string;

/** Model files are the same file, whatever they are called; others by their last name. */
function fileNames({ file }: Outline): FileName {
  return ({ site }) => (site.file === file ? "" : site.file.replace(/^.*[\\/]/, ""));
}

function allDone({ done }: Place): string {
  return [...done.keys()].sort().join();
}

function mostDone({ done }: Place): string {
  let [most, times] = ["", 0];
  for (const [op, n] of done) if (n > times) [most, times] = [op, n];
  return most;
}
