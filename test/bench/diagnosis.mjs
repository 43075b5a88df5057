// Figures of what the diagnosis costs: reports with it and with its rules off are made in turn, each by a process of its own.
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import * as esbuild from "esbuild";
import { newestNode } from "./peers.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** The rounds of `diagnosis-times.ts`. */
async function runRounds(model, what, rounds) {
  const folder = mkdtempSync(join(tmpdir(), "gradlens-bench-"));
  try {
    const outfile = join(folder, "diagnosis-times.cjs");
    const entryPoints = ["test/bench/diagnosis-times.ts"];
    const loader = { ".gz": "binary", ".wasm": "binary" };
    const node = { bundle: true, format: "cjs", platform: "node", target: "node20", logLevel: "error" };
    await esbuild.build({ absWorkingDir: root, entryPoints, outfile, loader, ...node });
    const args = [outfile, root, join(root, model), what, String(rounds)];
    const { stdout } = await promisify(execFile)(newestNode(), args);
    return JSON.parse(stdout);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The first report with the diagnosis beside the one without: as a ratio, or as milliseconds more. */
export async function diagnosisFigures(model, { times, ms }, rounds) {
  const pairs = await runRounds(model, "report", rounds);
  const more = pairs.map(([without, full]) => (times === undefined ? full - without : full / without));
  return [
    { name: "first report, all rules off", unit: "ms", values: pairs.map(([without]) => without) },
    { name: "first report", unit: "ms", values: pairs.map(([, full]) => full) },
    {
      name: "what the diagnosis adds",
      unit: times === undefined ? "ms" : "×",
      values: more,
      limit: times ?? ms,
    },
  ];
}

/** How long until the first fix of a model has been tried. */
export async function fixFigures(model, limit, rounds) {
  const values = (await runRounds(model, "fix", rounds)).map(([ms]) => ms);
  return [{ name: "until the first fix is known to cure", unit: "ms", values, limit, note: "three seeds" }];
}
