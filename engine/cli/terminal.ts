/** Text for a terminal: colours where they are wanted, tables. */

export interface Style {
  bold(text: string): string;
  dim(text: string): string;
  red(text: string): string;
  yellow(text: string): string;
  green(text: string): string;
  blue(text: string): string;
}

export function hasColours(stream: { readonly isTTY?: boolean }, env: NodeJS.ProcessEnv): boolean {
  return stream.isTTY === true && !env.NO_COLOR && env.TERM !== "dumb";
}

/** Colours for a terminal, plain text for files and pipes and where NO_COLOR is set. */
export function styleFor(stream: { readonly isTTY?: boolean }, env: NodeJS.ProcessEnv): Style {
  const isColoured = hasColours(stream, env);
  const code = (start: number, end: number) => (text: string) =>
    isColoured ? `\u001b[${start}m${text}\u001b[${end}m` : text;
  return {
    bold: code(1, 22),
    dim: code(2, 22),
    red: code(31, 39),
    yellow: code(33, 39),
    green: code(32, 39),
    blue: code(34, 39),
  };
}

export interface TextColumn {
  readonly title: string;
  readonly align?: "left" | "right";
}

/** Rows of cells below their titles, each column as wide as its widest cell. */
export function textTable(
  columns: readonly TextColumn[],
  rows: readonly (readonly string[])[],
  style: Style,
): string {
  const widths = columns.map(({ title }, i) =>
    Math.max(title.length, ...rows.map((row) => (row[i] ?? "").length)),
  );
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, i) =>
        columns[i]?.align === "right" ? cell.padStart(widths[i] ?? 0) : cell.padEnd(widths[i] ?? 0),
      )
      .join("  ")
      .trimEnd();
  const head = style.dim(line(columns.map(({ title }) => title)));
  return [head, ...rows.map(line)].join("\n");
}

const BAR_WIDTH = 24;

/** Bars on a logarithmic axis from the power of ten below the smallest value to the largest; none for zeros. */
export function logBars(values: readonly (number | null)[]): {
  readonly axis: string;
  readonly bars: string[];
} {
  const logs = values.map((value) =>
    value !== null && value > 0 && Number.isFinite(value) ? Math.log10(value) : null,
  );
  const known = logs.filter((log) => log !== null);
  if (known.length === 0) return { axis: "", bars: values.map(() => "") };
  const low = Math.ceil(Math.min(...known)) - 1;
  const high = Math.max(...known);
  const bars = logs.map((log) => {
    return log === null ? "" : "█".repeat(Math.max(1, Math.round(((log - low) / (high - low)) * BAR_WIDTH)));
  });
  return { axis: `log scale from 1e${low}`, bars };
}
