// Figures of what a trace weighs on its way from the engine to a panel, and how long it takes; each round in new processes.
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import * as esbuild from "esbuild";
import { newestNode } from "./peers.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));
const MB = 1e6;

/** The product's own parts, in one file for plain Node. */
async function bundleBothEnds(outfile) {
  await esbuild.build({
    absWorkingDir: root,
    entryPoints: ["test/bench/both-ends.ts"],
    outfile,
    bundle: true,
    format: "cjs",
    platform: "node",
    // vscode-jsonrpc has a part for pages, which only those that bundle for pages find.
    conditions: ["browser"],
    target: "node20",
    alias: { vscode: "./test/bench/vscode-stand-in.ts" },
    // What only other panels ask of the editor is not there.
    logOverride: { "import-is-undefined": "silent" },
    logLevel: "error",
  });
}

/** So many runs of `both-ends.ts` on a model of the folder beside: what each one measured. */
async function runBothEnds(model, rounds) {
  const folder = mkdtempSync(join(tmpdir(), "gradlens-bench-"));
  try {
    const script = join(folder, "both-ends.cjs");
    await bundleBothEnds(script);
    const file = join(root, "test/bench/models", model);
    const runs = [];
    while (runs.length < rounds) {
      const { stdout } = await promisify(execFile)(newestNode(), [script, root, file]);
      runs.push(JSON.parse(stdout));
    }
    return runs;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/**
 * The figures of one model. The time is from the news that the run has ended to the state in the panel's store, with
 * everything of Gradlens between: report, messages, forms. VS Code's own way from process to page comes on top.
 */
export async function borderFigures(model, { megabytes, heldMs }, rounds) {
  const runs = await runBothEnds(model, rounds);
  const [{ nodes, omitted, json, clone, boxes }] = runs;
  const of = (read) => runs.map(read);
  const bytes = (values, unit) => values.map((each) => each / (unit === "MB" ? MB : 1e3));
  const left = omitted > 0 ? `, ${omitted.toLocaleString("en")} operations left out` : "";
  const ways = `JSON ${(json.bytes / MB).toFixed(1)}, clone ${(clone.bytes / MB).toFixed(1)}`;
  const waysMs = `JSON ${json.ms.toFixed(0)}, clone ${clone.ms.toFixed(0)} of the report`;
  const size = `${nodes.toLocaleString("en")} nodes${left}`;
  return [
    {
      name: "a trace over the process border",
      unit: "MB",
      values: bytes(
        of((run) => run.bytes.process),
        "MB",
      ),
      limit: megabytes,
      note: size,
    },
    {
      name: "a trace over the panel border",
      unit: "MB",
      values: bytes(
        of((run) => run.bytes.panel),
        "MB",
      ),
      limit: megabytes,
      note: ways,
    },
    {
      name: "a change of state over the process border",
      unit: "kB",
      values: bytes(of((run) => run.change.process)),
      limit: 5,
    },
    {
      name: "a change of state over the panel border",
      unit: "kB",
      values: bytes(of((run) => run.change.panel)),
      limit: 5,
    },
    {
      name: "end of the run to a panel that holds it",
      unit: "ms",
      values: of((run) => run.heldMs),
      limit: heldMs,
      note: waysMs,
    },
    {
      name: "then graph and layout",
      unit: "ms",
      values: of((run) => run.layoutMs),
      note: `${boxes} boxes at first`,
    },
  ];
}
