// One JavaScript engine of the benchmark: runs the rows it is asked for and answers with times in milliseconds.
import { readdirSync, readFileSync, writeSync } from "node:fs";
import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const [engine] = process.argv.slice(2);
const require = createRequire(import.meta.url);
const ANSWERS = 3;
const WARM_MS = 2_000;
const ROUND_MS = 250;
const MOST_RUNS = 2_000;

const versionOf = (name) =>
  JSON.parse(readFileSync(new URL(`node_modules/${name}/package.json`, import.meta.url), "utf8")).version;

/** Loads the engine: what rows get as their library, the key of their function, and a name with version. */
const loaders = {
  async ours() {
    const library = await import("../../dist/index.mjs");
    library.setThreads(1);
    return { library, key: "ours", version: `gradlens, node ${process.version}` };
  },
  async ours2() {
    const library = await import("../../dist/index.mjs");
    library.setThreads(2);
    return { library, key: "ours", version: "gradlens with two threads" };
  },
  async traced() {
    const { loadEngine } = await import("./traced.mjs");
    const library = await loadEngine();
    library.gradlens.setThreads(1);
    return { library, key: "traced", version: "gradlens recording a trace" };
  },
  async tfjs() {
    const tf = require("@tensorflow/tfjs");
    const wasm = require("@tensorflow/tfjs-backend-wasm");
    wasm.setWasmPaths(
      fileURLToPath(new URL("node_modules/@tensorflow/tfjs-backend-wasm/dist/", import.meta.url)),
    );
    await tf.setBackend("wasm");
    await tf.ready();
    return { library: tf, key: "tfjs", version: `tfjs ${versionOf("@tensorflow/tfjs")}, ${tf.getBackend()}` };
  },
  async jax() {
    const jax = await import("@jax-js/jax");
    await jax.init();
    jax.defaultDevice("wasm");
    return { library: jax, key: "jax", version: `jax-js ${versionOf("@jax-js/jax")}, wasm` };
  },
};

const pause = () => new Promise((resolve) => setImmediate(resolve));

/** Median and best of single runs until the time is over. Between runs the event loop turns, as it does between training steps. */
async function time(run, limit) {
  const times = [];
  const end = performance.now() + limit;
  do {
    const start = performance.now();
    await run();
    times.push(performance.now() - start);
    await pause();
  } while (performance.now() < end && times.length < MOST_RUNS);
  times.sort((a, b) => a - b);
  return { ms: times[times.length >> 1], best: times[0] };
}

async function main() {
  const { library, key, version } = await loaders[engine]();
  const rows = {};
  for (const name of readdirSync(new URL("rows/", import.meta.url)).filter((each) => each.endsWith(".mjs")))
    Object.assign(rows, (await import(`./rows/${name}`)).rows);
  const answer = (value) => writeSync(ANSWERS, `${JSON.stringify(value)}\n`);
  answer({ version });
  let ready = { row: null, run: null };
  for await (const line of createInterface({ input: process.stdin })) {
    const { row, warm } = JSON.parse(line);
    try {
      if (ready.row !== row) ready = { row, run: prepare(rows[row], library, key) };
      answer(await time(ready.run, warm ? WARM_MS : ROUND_MS));
    } catch (error) {
      ready = { row: null, run: null };
      answer({ error: String(error?.message ?? error).split("\n")[0] });
    }
  }
}

function prepare(row, library, key) {
  const setup = engine === "ours2" && !row.threads ? undefined : row[key];
  if (setup === undefined) throw new Error("not measured");
  return setup(library);
}

await main();
