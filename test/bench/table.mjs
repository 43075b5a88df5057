// The table of a benchmark: ours, theirs, and how many times as long they take.
const titles = {
  ours: "Gradlens",
  ours2: "two threads",
  traced: "traced",
  tfjs: "tfjs-wasm",
  jax: "jax-js",
  torch: "PyTorch",
};

function milliseconds(ms) {
  return ms >= 100 ? ms.toFixed(0) : ms >= 10 ? ms.toFixed(1) : ms >= 1 ? ms.toFixed(2) : ms.toFixed(3);
}

function cell(row, engine, time) {
  const entry = row[engine];
  if (entry?.ms === undefined) return "–";
  const speed = row.flops ? ` (${(row.flops / entry[time] / 1e6).toFixed(0)} GFLOP/s)` : "";
  if (engine === "ours" || row.ours?.ms === undefined) return `${milliseconds(entry[time])}${speed}`;
  return `${milliseconds(entry[time])} · ${(entry[time] / row.ours[time]).toFixed(2)} ×`;
}

/** Milliseconds per run; behind the dot how many times as long as Gradlens on one thread. */
export function showTable({ date, machine, engines, rows }, best = false) {
  const time = best ? "best" : "ms";
  const names = Object.keys(titles).filter((name) => rows.some((row) => row[name]?.ms !== undefined));
  const lines = [
    [`${best ? "best of all runs, ms" : "ms"} (times Gradlens)`, ...names.map((name) => titles[name])],
  ];
  for (const row of rows) lines.push([row.name, ...names.map((name) => cell(row, name, time))]);
  const widths = lines[0].map((_, i) => Math.max(...lines.map((line) => line[i].length)));
  const text = lines.map((line) => `| ${line.map((each, i) => each.padEnd(widths[i])).join(" | ")} |`);
  text.splice(1, 0, `|${widths.map((width) => "-".repeat(width + 2)).join("|")}|`);
  const errors = rows.flatMap((row) =>
    names.flatMap((name) => {
      const error = row[name]?.error;
      return error === undefined || error === "not measured"
        ? []
        : [`${row.name}: ${titles[name]}: ${error}`];
    }),
  );
  const versions = Object.values(engines).join(" · ");
  return `${text.join("\n")}\n\n${date.slice(0, 10)} · ${machine}\n${versions}\n${errors.map((each) => `${each}\n`).join("")}`;
}
