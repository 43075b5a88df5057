// Measurements that have a limit instead of a peer: a table of their own.

const shown = (value) =>
  value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);

/** Lines of one row's figures: the median, the limit beside it, and what else there is to say. */
function linesOf(row, figures) {
  const lines = figures.map(({ name, unit, median, limit, note = "" }) => [
    name,
    `${shown(median)} ${unit}`,
    limit === undefined ? "" : `≤ ${shown(limit)} ${unit}`,
    limit === undefined ? "" : median <= limit ? "kept" : "OVER",
    note,
  ]);
  return [[row, "median", "limit", "", ""], ...lines];
}

/** A table for each row. */
export function showFigures(figures) {
  const names = [...new Set(figures.map(({ row }) => row))];
  return names
    .map((name) => {
      const table = linesOf(
        name,
        figures.filter(({ row }) => row === name),
      );
      const widths = table[0].map((_, i) => Math.max(1, ...table.map((line) => line[i].length)));
      const text = table.map((line) => `| ${line.map((each, i) => each.padEnd(widths[i])).join(" | ")} |`);
      text.splice(1, 0, `|${widths.map((width) => "-".repeat(width + 2)).join("|")}|`);
      return `${text.join("\n")}\n`;
    })
    .join("\n");
}
