/** Rows of a trace's tables in words: texts in the place of their numbers, lines in the place of sites. */
import assert from "node:assert/strict";
import { activeTape } from "../../engine/core/tape";
import type { Tensor } from "../../engine/core/tensor";
import { decodeTrace, encodeTrace } from "../../engine/report/codec";
import { type Meaning, schema, type TableName } from "../../engine/report/schema";
import type { Trace } from "../../engine/report/trace";
import { traceMisfit } from "../../engine/report/trace-form";
import { recordTrace } from "../../engine/tracing/record-trace";
import type { Run } from "../../engine/tracing/run";
import { type Pen, sampleRun } from "./sample-run";

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

/** The rows of a table, as they are after a trip through bytes. */
export function tableOf(run: Run, table: TableName): Row[] {
  const trace = decodeTrace(encodeTrace(recordTrace(run).trace));
  assert.equal(traceMisfit(trace), null);
  return rowsOf(trace, table);
}

/** The rows of a table of a model's trace. */
export const ofModel = (table: TableName, model: (pen: Pen) => Tensor) => tableOf(sampleRun(model), table);

/** Runs what stands for the exported loss, as the runner does. */
export function asLoss<T>(fn: () => T): T {
  const notes = activeTape()?.notes;
  assert.ok(notes);
  notes.isInLoss = true;
  try {
    return fn();
  } finally {
    notes.isInLoss = false;
  }
}

/** Some columns of rows, in the order asked for. */
export const pick = (rows: readonly Row[], ...names: string[]) =>
  rows.map((row) => names.map((name) => row[name]));
