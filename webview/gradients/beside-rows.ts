/** Rows of the run that is shown, each with the one of the run before; what is gone keeps its place. */
import { compareNorms, isChanged } from "../../engine/report/compare";
import { changeText, type RunBefore } from "../run-before";
import { type Domain, logDomain } from "../scale";
import type { Row } from "./series";

export interface BesideRow {
  /** Of this run; of the run before where it is gone. */
  readonly row: Row;
  /** Null without a run before, and for what is new. */
  readonly before: Row | null;
  /** "× 12", "new", "gone"; empty without a run before. */
  readonly change: string;
  /** True for what a person who compares looks for. */
  readonly isChanged: boolean;
}

/** Rows without a run before. */
export function aloneRows(rows: readonly Row[]): BesideRow[] {
  return rows.map((row) => ({ row, before: null, change: "", isChanged: false }));
}

/** Among the rows of the run before, that of a row of this run. */
type FindPartner = (before: readonly Row[]) => (row: Row) => Row | undefined;

/** Layers go together as they were put together, not by their first tensor. */
export function layerPartner({ comparison }: RunBefore): FindPartner {
  const names = new Map(comparison.layers.map(({ a, b }) => [b, a]));
  return (before) => {
    const byName = new Map(before.map((row) => [row.name, row]));
    // What belongs to no layer has no path.
    return ({ name }) => byName.get(names.get(name) ?? (names.has(name) ? "" : name));
  };
}

export function nodePartner({ pairs }: RunBefore): FindPartner {
  return (before) => {
    const byNode = new Map(before.map((row) => [row.node, row]));
    return ({ node }) => byNode.get(pairs.get(node)?.a ?? -1);
  };
}

export function besideRows(
  rows: readonly Row[],
  before: readonly Row[],
  findPartner: FindPartner,
  factor: number,
): BesideRow[] {
  const partnerOf = findPartner(before);
  const partners = new Map(rows.map((row) => [row, partnerOf(row)]));
  const taken = new Set(partners.values());
  const gone = before.filter((row) => !taken.has(row));
  const placeOf = new Map(before.map((row, i) => [row, i]));
  const found: BesideRow[] = [];
  const addGone = (until: number) => {
    while (gone[0] && (placeOf.get(gone[0]) ?? 0) < until) {
      const row = gone.shift() as Row;
      found.push({ row, before: row, change: "gone", isChanged: true });
    }
  };
  for (const row of rows) {
    const partner = partners.get(row);
    if (partner === undefined) {
      found.push({ row, before: null, change: "new", isChanged: true });
      continue;
    }
    addGone(placeOf.get(partner) ?? 0);
    const gradient = compareNorms(normOf(partner), normOf(row), factor);
    found.push({ row, before: partner, change: changeText(gradient), isChanged: isChanged(gradient) });
  }
  addGone(before.length);
  return found;
}

/** The powers of ten that hold the norms of both runs. */
export function domainOf(rows: readonly BesideRow[]): Domain {
  const all = rows.flatMap(({ row, before }) => (before ? [row, before] : [row]));
  return logDomain(all.filter(({ kind }) => kind === "norm").map(({ norm }) => norm));
}

function normOf({ kind, norm }: Row) {
  return kind === "none" ? null : { norm, isFinite: kind !== "nonFinite" };
}
