/** Tables under construction: rows are added one by one, texts and shapes are kept once. */
import { type Column, schema, type TableName, type Tables } from "../report/schema";

type Row<T extends TableName> = { readonly [C in keyof (typeof schema)[T]]: number };

/** Gives each text a row; the same text always the same. */
class Interned<T> {
  readonly list: T[] = [];
  readonly #rows = new Map<string, number>();

  constructor(private readonly keyOf: (value: T) => string) {}

  row(value: T): number {
    const key = this.keyOf(value);
    const known = this.#rows.get(key);
    if (known !== undefined) return known;
    this.#rows.set(key, this.list.length);
    return this.list.push(value) - 1;
  }
}

export class TableBuilder {
  readonly texts = new Interned<string>((text) => text);
  readonly shapes = new Interned<readonly number[]>((shape) => shape.join());
  readonly #columns: Readonly<Record<TableName, Record<string, number[]>>>;

  constructor() {
    const empty = (columns: object): Record<string, number[]> =>
      Object.fromEntries(Object.keys(columns).map((name) => [name, []]));
    this.#columns = mapTables(empty);
  }

  /** Adds a row and gives its index. */
  add<T extends TableName>(table: T, row: Row<T>): number {
    const columns = this.#columns[table];
    const values: Readonly<Record<string, number>> = row;
    let index = 0;
    for (const name in columns) index = (columns[name] as number[]).push(values[name] as number) - 1;
    return index;
  }

  /** The columns of a table with many rows, to be filled at once. */
  columns<T extends TableName>(table: T): { readonly [C in keyof (typeof schema)[T]]: number[] } {
    return this.#columns[table] as { readonly [C in keyof (typeof schema)[T]]: number[] };
  }

  text(value: string): number {
    return this.texts.row(value);
  }

  get tables(): Tables {
    const tables: Readonly<Record<TableName, Readonly<Record<string, Column>>>> = this.#columns;
    return tables as Tables;
  }
}

function mapTables<R>(make: (columns: object) => R): Record<TableName, R> {
  const made = Object.entries(schema).map(([table, columns]) => [table, make(columns)] as const);
  return Object.fromEntries(made) as Record<TableName, R>;
}

/** How a row that may be missing is written. */
export function optionalRow(row: number | null | undefined): number {
  return row === null || row === undefined ? 0 : row + 1;
}
