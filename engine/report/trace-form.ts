/** Whether what was decoded is a trace: every row leads to one that is there, every number is what its column says. */
import {
  count,
  type Form,
  fits,
  flag,
  listOf,
  type Misfit,
  nullable,
  number,
  object,
  optional,
  path,
  place,
  text,
} from "./forms";
import type { Diagnosis } from "./report";
import { device, diagnosisFields, failure } from "./report-form";
import { type Column, type Meaning, schema, type TableName, type Tables } from "./schema";
import { startsOf } from "./steps";
import { at, TRACE_VERSION, type Trace, type TraceHead } from "./trace";

const head: Form<TraceHead> = object<TraceHead>({
  version: {
    misfit: (value) => (value === TRACE_VERSION ? null : { at: "", expected: `${TRACE_VERSION}` }),
  },
  run: text,
  language: text,
  file: path,
  device,
  dtype: text,
  durationMs: number,
  loss: nullable(
    object<NonNullable<TraceHead["loss"]>>({ value: number, node: count, site: nullable(count) }),
  ),
  omitted: count,
  failure: nullable(failure),
  ...diagnosisFields,
  isUndiagnosed: optional(flag),
});

const lists = { texts: listOf(text), shapes: listOf(listOf(count, 1000)) };

/** What is wrong with a trace; null when nothing is. */
export function traceMisfit(trace: Trace): Misfit | null {
  const wrong = (key: string, found: Misfit | null) => found && { ...found, at: `.${key}${found.at}` };
  return (
    wrong("head", head.misfit(trace.head)) ??
    wrong("texts", lists.texts.misfit(trace.texts)) ??
    wrong("shapes", lists.shapes.misfit(trace.shapes)) ??
    misfitOfTables(trace) ??
    misfitOfGraph(trace)
  );
}

/** A column with what it says. */
interface Known {
  readonly table: TableName;
  readonly name: string;
  readonly meaning: Meaning;
}

const columns = Object.entries(schema).flatMap(([table, own]) =>
  Object.entries<Meaning>(own).map(([name, meaning]): Known => {
    return { table: table as TableName, name, meaning };
  }),
);

function misfitOfTables({ texts, shapes, tables }: Trace): Misfit | null {
  const lengths: Record<string, number> = { texts: texts.length, shapes: shapes.length };
  for (const { table, name } of columns) {
    const length = columnOf(tables, table, name)?.length;
    lengths[table] ??= Number(length);
    if (typeof length !== "number" || length !== lengths[table])
      return { at: `.tables.${table}.${name}`, expected: "as long as the other columns" };
  }
  for (const { table, name, meaning } of columns) {
    const rows = meaning.kind === "row" ? (lengths[meaning.of] ?? 0) : 0;
    const row = wrongRow(columnOf(tables, table, name) ?? [], meaning, rows);
    if (row !== null) return { at: `.tables.${table}.${name}[${row}]`, expected: wordsFor(meaning) };
  }
  return null;
}

function columnOf(tables: Tables | undefined, table: TableName, name: string): Column | undefined {
  const own: Readonly<Record<string, Column>> | undefined = tables?.[table];
  return own?.[name];
}

/** The first row whose number is not what the column says. */
function wrongRow(column: Column, meaning: Meaning, rows: number): number | null {
  if (meaning.kind === "number") return null;
  for (let row = 0; row < column.length; row++) {
    const v = at(column, row);
    if (!(Number.isInteger(v) && v >= 0 && v <= largest(meaning, row, rows))) return row;
  }
  return null;
}

/** The largest number that may stand in a row. */
function largest(meaning: Meaning, row: number, rows: number): number {
  if (meaning.kind === "row") return (meaning.earlier ? row : rows) - (meaning.optional ? 0 : 1);
  return meaning.kind === "choice" ? meaning.most - 1 : Number.MAX_SAFE_INTEGER;
}

function wordsFor(meaning: Meaning): string {
  return meaning.kind === "row" ? `a row of ${meaning.of}` : "a whole number that is not too large";
}

/** Inputs stand above what is made of them, and whatever leads to a node or a place finds one. */
function misfitOfGraph({ head, texts, tables }: Trace): Misfit | null {
  const { sites, nodes, edges, gradients, standing } = tables;
  const starts = startsOf(nodes.inputs);
  const count = nodes.inputs.length;
  if (at(starts, count) !== edges.input.length)
    return { at: ".tables.nodes.inputs", expected: "as many inputs as there are edges" };
  for (let node = 0; node < count; node++)
    for (let edge = at(starts, node); edge < at(starts, node + 1); edge++)
      if (at(edges.input, edge) >= node)
        return { at: `.tables.edges[${edge}]`, expected: "an input above its result" };
  for (let row = 0; row < sites.file.length; row++)
    if (!fits(texts[at(sites.file, row)], path))
      return { at: `.tables.sites[${row}].file`, expected: "an absolute path" };
  for (const column of [sites.line, sites.column, sites.endLine, sites.endColumn])
    for (let row = 0; row < column.length; row++)
      if (!fits(at(column, row), place))
        return { at: `.tables.sites[${row}]`, expected: "lines and columns" };
  for (let row = 1; row < gradients.node.length; row++)
    if (at(gradients.node, row) <= at(gradients.node, row - 1))
      return { at: `.tables.gradients[${row}]`, expected: "one gradient for a node, in order" };
  for (let row = 0; row < standing.path.length; row++)
    if (at(standing.node, row) === 0 && at(standing.module, row) === 0)
      return { at: `.tables.standing[${row}]`, expected: "a node or a layer" };
  const { loss } = head;
  if (loss && !(loss.node < count && (loss.site === null || loss.site < sites.line.length)))
    return { at: ".head.loss", expected: "the rows of a node and of a place" };
  return misfitOfFindings(head, count, ".head");
}

/** Whether all findings are about nodes that are there. */
export function misfitOfFindings({ findings }: Diagnosis, nodes: number, at = ""): Misfit | null {
  const stray = findings.findIndex(({ node }) => node !== null && node >= nodes);
  return stray < 0 ? null : { at: `${at}.findings[${stray}]`, expected: "the row of a node" };
}
