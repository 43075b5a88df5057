// Figures of Gradlens in the window of a real VS Code, which each round opens anew: what a person waits for.
import { cpSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { build } from "../../.scripts/build.mjs";
import { installHarness } from "../harness/install.mjs";
import { openFile, runCommand } from "../harness/page.mjs";
import { freePort } from "../harness/server.mjs";
import { openGradlens } from "../harness/window.mjs";

const here = fileURLToPath(new URL(".", import.meta.url));
/** Times that a panel is opened again in the same window. */
const AGAIN = 3;
/** Until a new window has come to rest. */
const REST_MS = 3_000;
/** Names that are hovered, with what stands before them. */
const hovered = ["const h", "const { images", "fc2.forward(h", "const net", "  fc1"];
/** Operations of each of the files whose traces should not fill the memory. */
const operations = 1_000;

/** In every frame of the window: notes in the top one when Enter is pressed, in a panel when its graph is painted. */
function watchFrame() {
  const now = () => performance.timeOrigin + performance.now();
  if (window === window.top) {
    addEventListener(
      "keydown",
      ({ key }) => {
        if (key === "Enter") window.enteredAt = now();
      },
      { capture: true },
    );
    return;
  }
  const marks = {};
  const mark = (name) => {
    marks[name] ??= now();
  };
  mark("frame");
  const timer = setInterval(() => {
    const { body } = document;
    if (!body?.dataset.panel) return;
    mark("page");
    if (document.querySelector(".notice")) mark("script");
    // While the run is under way a panel shows the trace before, if there was one.
    if (document.querySelector(".notice vscode-progress-ring")) return;
    if (!/loss/.test(document.querySelector(".status")?.textContent ?? "")) return;
    mark("report");
    if (!document.querySelector(".legend")) return;
    clearInterval(timer);
    // The next frame draws it; what comes after that is after it was painted.
    requestAnimationFrame(() =>
      requestAnimationFrame(() => {
        mark("painted");
        window.paintedGraph(marks);
      }),
    );
  }, 4);
}

/** The extension host takes seconds to start. */
async function untilThere(port) {
  for (let tries = 1; ; tries++) {
    const answer = await fetch(`http://127.0.0.1:${port}/`).catch(() => null);
    if (answer) return;
    if (tries === 100) throw new Error("The extension host did not start within 30 s");
    await pause(300);
  }
}

/** A window with the probe beside Gradlens. `ask` asks the probe; `paintedGraph` gives the marks of the next graph that is painted. */
async function openWindow(prepare) {
  const port = await freePort();
  const window = await openGradlens({
    prepare,
    extensions: [join(here, "probe")],
    env: { GRADLENS_BENCH_PROBE: String(port) },
  });
  try {
    const ask = async (...question) => {
      const url = `http://127.0.0.1:${port}/${question.map(encodeURIComponent).join("/")}`;
      const { answer, error } = await (await fetch(url)).json();
      if (error) throw new Error(error);
      return answer;
    };
    let painted = () => {};
    await window.page.context().exposeBinding("paintedGraph", (_, marks) => painted(marks));
    const paintedGraph = () =>
      new Promise((resolve, reject) => {
        painted = resolve;
        setTimeout(() => reject(new Error("no graph was painted within 30 s")), 30_000).unref();
      });
    await window.page.context().addInitScript(watchFrame);
    await window.page.evaluate(watchFrame);
    await untilThere(port);
    await pause(REST_MS);
    return { ...window, ask, paintedGraph };
  } catch (error) {
    await window.close();
    throw error;
  }
}

/** From the Enter of "Trace Backprop" to the painted graph, in milliseconds; and how far it was at which time. */
async function traceByHand({ page, paintedGraph }) {
  const painting = paintedGraph();
  await runCommand(page, "Gradlens: Trace Backprop");
  const marks = await painting;
  const entered = await page.evaluate(() => window.enteredAt);
  return Object.fromEntries(Object.entries(marks).map(([name, at]) => [name, at - entered]));
}

async function oneWindow() {
  const window = await openWindow(() => {});
  try {
    const activated = await window.ask("activate");
    await openFile(window.page, "digits-mlp.ts");
    await window.page
      .locator(".codelens-decoration a", { hasText: "gradcheck this layer" })
      .first()
      .waitFor();
    await pause(REST_MS);
    const first = await traceByHand(window);
    await pause(1_000);
    const hovers = [];
    for (const text of hovered) hovers.push(await window.ask("hover", text));
    const again = [];
    while (again.length < AGAIN) {
      await window.ask("startOver");
      await pause(500);
      again.push(await traceByHand(window));
    }
    return { activated, first, hovers, again };
  } finally {
    await window.close();
  }
}

/** The heap after 10 and after 50 files, in MB. */
async function heapAfterFiles() {
  const names = Array.from({ length: 50 }, (_, i) => `residual-${i}.ts`);
  const window = await openWindow((folder) => {
    cpSync(join(here, "models/residual.ts"), join(folder, "residual.ts"));
    const text = `import { residualLoss } from "./residual";\n\nexport const loss = residualLoss(${operations});\n`;
    for (const name of names) writeFileSync(join(folder, name), text);
  });
  try {
    const heaps = [];
    for (const [i, name] of names.entries()) {
      await window.ask("trace", name);
      if (i + 1 === 10 || i + 1 === 50) heaps.push((await window.ask("heap")) / 1e6);
    }
    return heaps;
  } finally {
    await window.close();
  }
}

const marksNote = (runs) =>
  ["frame", "page", "script", "report"]
    .map((name) => `${name} ${runs.map((run) => run[name].toFixed(0)).join(" ")}`)
    .join(", ");

export async function windowFigures(rounds) {
  installHarness();
  // As it is shipped.
  await build({ minify: true });
  const windows = [];
  while (windows.length < rounds) windows.push(await oneWindow());
  const [after10, after50] = await heapAfterFiles();
  const first = windows.map((each) => each.first);
  const again = windows.flatMap((each) => each.again);
  const painted = (runs) => runs.map((run) => run.painted);
  return [
    { name: "activation", unit: "ms", values: windows.map((each) => each.activated), limit: 50 },
    {
      name: "command to painted graph",
      unit: "ms",
      values: painted(first),
      limit: 1000,
      note: marksNote(first),
    },
    { name: "the same again, engine and panel new", unit: "ms", values: painted(again), limit: 1000 },
    {
      name: "hover, from the request to its content",
      unit: "ms",
      values: windows.flatMap((each) => each.hovers),
      limit: 50,
    },
    {
      name: "extension host's heap after 50 files",
      unit: "MB",
      values: [after50],
      limit: 1.1 * after10,
      note: `${after10.toFixed(1)} after 10, of ${operations.toLocaleString("en")} operations each`,
    },
  ];
}
