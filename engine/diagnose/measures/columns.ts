/** Data by its columns: how large the numbers are, and how far from 0 they lie. */
import type { ReportNode } from "../../report/report";
import type { Traced } from "../traced";

export interface ColumnSize {
  readonly column: number;
  readonly mean: number;
  readonly std: number;
  readonly rms: number;
}

/** More than that are a picture, where a column says nothing. */
const MAX_COLUMNS = 64;
const MIN_ROWS = 8;
const MAX_ROWS = 2000;

/** The columns of data with items and features; none where it has no such columns. */
export function columnsOf(traced: Traced, { id, shape }: ReportNode): ColumnSize[] {
  const count = shape.at(-1) ?? 0;
  if (shape.length < 2 || shape.length > 3 || count < 2 || count > MAX_COLUMNS) return [];
  const values = traced.values(id, "value");
  const rows = (values?.length ?? 0) / count;
  if (values === null || rows < MIN_ROWS) return [];
  const step = Math.max(1, Math.floor(rows / MAX_ROWS));
  return Array.from({ length: count }, (_, column) => columnOf(values, count, column, step));
}

function columnOf(values: ArrayLike<number>, count: number, column: number, step: number): ColumnSize {
  let [n, sum, squares] = [0, 0, 0];
  for (let i = column; i < values.length; i += count * step) {
    const v = values[i] ?? 0;
    n++;
    sum += v;
    squares += v * v;
  }
  const mean = sum / n;
  let apart = 0;
  for (let i = column; i < values.length; i += count * step) apart += ((values[i] ?? 0) - mean) ** 2;
  return { column, mean, std: Math.sqrt(apart / n), rms: Math.sqrt(squares / n) };
}

/** The column that is larger than the usual one, and by which factor; null where all are alike. */
export function largestColumn(columns: readonly ColumnSize[]): { column: ColumnSize; ratio: number } | null {
  const sorted = columns.filter(({ rms }) => rms > 0).sort((a, b) => a.rms - b.rms);
  const usual = sorted[Math.floor((sorted.length - 1) / 2)];
  const column = sorted.at(-1);
  if (usual === undefined || column === undefined || usual === column) return null;
  return { column, ratio: column.rms / usual.rms };
}
