/** Rows of a trace's tables in words: texts in the place of their numbers, lines in the place of sites. */
import { type Meaning, schema, type TableName } from "../../engine/report/schema";
import type { Trace } from "../../engine/report/trace";

export type Row = Readonly<Record<string, string | number | null>>;

/** Null for a row that is missing; a site is its line, a node its number. */
export function rowsOf(trace: Trace, table: TableName): Row[] {
  const columns: Readonly<Record<string, ArrayLike<number>>> = trace.tables[table];
  const meanings: Readonly<Record<string, Meaning>> = schema[table];
  const count = Object.values(columns)[0]?.length ?? 0;
  return Array.from({ length: count }, (_, row) =>
    Object.fromEntries(
      Object.entries(meanings).map(([name, meaning]) => [
        name,
        cellOf(trace, meaning, columns[name]?.[row] ?? 0),
      ]),
    ),
  );
}

function cellOf({ texts, tables }: Trace, meaning: Meaning, written: number): string | number | null {
  if (meaning.kind !== "row") return written;
  const row = meaning.optional ? written - 1 : written;
  if (row < 0) return null;
  if (meaning.of === "texts") return texts[row] ?? "";
  return meaning.of === "sites" ? (tables.sites.line[row] ?? 0) : row;
}
