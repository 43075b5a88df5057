// One panel in a page of a real browser, driven as a person does; VS Code's side of it is played.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../harness/paths.mjs";
import { themes } from "./theme-variables.mjs";
import { bytesOf } from "./trace-of";

const axe = readFileSync(join(root, "node_modules/axe-core/axe.min.js"), "utf8");

/** The toolkit sets one inline style that the policy refuses, without harm; the other is about a test's own reading of pixels. */
const isHarmless = (text) => /Applying inline style violates|willReadFrequently/.test(text);

/**
 * Opens a panel and sends it a state.
 * @param {any} browser
 * @param {{ url(panel: string, theme?: string): string }} server
 * @param {string} panel
 * @param {object} [options]
 * @param {keyof typeof themes} [options.theme]
 * @param {number} [options.width]
 * @param {number} [options.height]
 * @param {object} [options.state] what `sendState` takes; without a report nothing was traced
 */
export async function openPanel(browser, server, panel, options = {}) {
  const { theme = "dark", width = 900, height = 640, state } = options;
  const context = await browser.newContext({ viewport: { width, height }, reducedMotion: "reduce" });
  const page = await context.newPage();
  page.setDefaultTimeout(5000);
  const problems = [];
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) problems.push(message.text());
  });
  page.on("pageerror", (error) => problems.push(String(error.stack)));
  await page.goto(server.url(panel, theme));
  const tell = (name, news) => page.evaluate(([of, sent]) => globalThis.tell(of, sent), [name, news]);
  /** @param {any} name @param {Uint8Array | null} bytes */
  const tellTrace = (name, bytes) =>
    page.evaluate(
      ([of, sent]) => globalThis.tell(of, { bytes: sent && Uint8Array.from(sent), isShown: false }),
      [name, bytes && [...bytes]],
    );
  const quiet = {
    file: "/models/model.ts",
    stale: false,
    isCompared: false,
    interrupted: null,
    checking: null,
    findings: null,
    trials: [],
    saved: null,
  };
  // A trace is told once.
  let known = null;
  /** @param {any} fields */
  const sendState = async ({ report, before, checks, state: trace = { kind: "ready" }, ...fields } = {}) => {
    if (before !== undefined) await tellTrace("before", before && bytesOf(before));
    if (report && report !== known) await tellTrace("trace", bytesOf(report));
    known = report ?? known;
    await tell("checks", { checks: checks ?? [] });
    await tell("state", { ...quiet, trace, ...fields });
  };
  if (state) await sendState(state);
  return {
    page,
    /** Tells the panel something, as the extension does. */
    tell,
    /** All that it is told of a run: fields of the `state`, that of the trace as `state`, and `report`, `before` and `checks`. */
    sendState,
    /** What the panel told and asked so far, of one name. */
    posted: (type) =>
      page.evaluate((wanted) => globalThis.posted.filter((message) => message.type === wanted), type),
    setTheme: (next) => page.evaluate((value) => globalThis.setTheme(value), themes[next]),
    problems: () => problems.filter((text) => !isHarmless(text)),
    close: () => context.close(),
    /** What axe-core finds, a line each. */
    async audit() {
      await page.evaluate(axe);
      const { violations } = await page.evaluate(() => globalThis.axe.run());
      return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`);
    },
  };
}
