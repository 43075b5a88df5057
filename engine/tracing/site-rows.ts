/** The table of places in the source: each range once. */
import type { Site } from "../report/report";
import type { TableBuilder } from "./columns";
import type { Sources } from "./run";

/** Of a place as instrumented code writes it: line, column, end line, end column, file. */
function siteOfPlace(place: string): Site | null {
  const found = /^(\d+):(\d+):(\d+):(\d+):(.*)$/s.exec(place);
  if (found === null) return null;
  const [line = 0, column = 0, endLine = 0, endColumn = 0] = found.slice(1, 5).map(Number);
  return { file: found[5] ?? "", line, column, endLine, endColumn };
}

export class SiteRows {
  readonly #rows = new Map<string, number>();
  readonly #byId = new Map<number, number | null>();

  constructor(
    private readonly sources: Sources,
    private readonly builder: TableBuilder,
  ) {}

  /** Row of the call with an id of the instrumented code; null for an id that is unknown. */
  call(id: number): number | null {
    const known = this.#byId.get(id);
    if (known !== undefined) return known;
    const row = this.row(this.sources.site(id));
    this.#byId.set(id, row);
    return row;
  }

  /** Row of a call by its id, or of a place in the text. */
  at(at: number | string): number | null {
    return typeof at === "number" ? this.call(at) : this.row(siteOfPlace(at));
  }

  row(site: Site | null): number | null {
    if (site === null) return null;
    const { file, line, column, endLine, endColumn } = site;
    const key = `${line}:${column}:${endLine}:${endColumn}:${file}`;
    const known = this.#rows.get(key);
    if (known !== undefined) return known;
    const place = { file: this.builder.text(file), line, column, endLine, endColumn };
    const row = this.builder.add("sites", place);
    this.#rows.set(key, row);
    return row;
  }
}
