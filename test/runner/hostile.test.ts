// Everything a model file can do to its process: one precise message each, and the next run works.
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { after, before, describe, it } from "mocha";
import { showFailure } from "../../engine/cli/messages";
import { styleFor } from "../../engine/cli/terminal";
import type { Limits } from "../../engine/report/questions";
import type { Report } from "../../engine/report/report";
import { failureOf, fixture, limits, openEngine, paramsFor, reportOf, withoutChance } from "./engine";

const folder = fixture("hostile");
const fine = `${folder}/fine.ts`;
const plain = styleFor({ isTTY: false }, {});
/** Only the beginning of a flood belongs into a golden file. */
const MAX_PRINTED = 200;

/** Limits from the comments at the head of a file: `// timeout: 1`. */
function limitsOf(text: string): Limits {
  const read = (name: string) =>
    Number(new RegExp(`^// ${name}: (\\d+)$`, "m").exec(text)?.[1] ?? Number.NaN);
  const [seconds, memory, operations] = [read("timeout"), read("memory"), read("operations")];
  return {
    timeoutMs: seconds ? seconds * 1000 : limits.timeoutMs,
    memoryMiB: memory || limits.memoryMiB,
    maxOperations: operations || limits.maxOperations,
  };
}

/** Compares with the golden file, which `GOLDEN=write` makes anew. */
function matchGolden(file: string, text: string): void {
  const path = `${folder}/${file.replace(/\.\w+$/, ".txt")}`;
  if (process.env.GOLDEN === "write") writeFileSync(path, text);
  assert.equal(text, existsSync(path) ? readFileSync(path, "utf8") : "(no golden file)");
}

interface Outcome {
  readonly text: string;
  readonly next: Report;
}

/** Runs a file, and a harmless one after it. */
async function outcomeOf(file: string, { engine, printed }: ReturnType<typeof openEngine>): Promise<Outcome> {
  const path = `${folder}/${file}`;
  printed.length = 0;
  const result = await engine.trace(paramsFor(path, { limits: limitsOf(readFileSync(path, "utf8")) }));
  const failure = failureOf(result);
  const outcome = failure ? showFailure(failure, plain) : `loss ${reportOf(result).loss?.value}`;
  const said = printed.join("").slice(0, MAX_PRINTED);
  const text = withoutChance(`${outcome}\n${said === "" ? "" : `--- printed:\n${said}`}`);
  return { text, next: reportOf(await engine.trace(paramsFor(fine))) };
}

/** Most of them wait for a limit, or for a process: several engines do that at once. */
const AT_ONCE = 4;

describe("hostile model files", function () {
  this.timeout(120_000);
  const engines = Array.from({ length: AT_ONCE }, openEngine);
  const files = readdirSync(folder).filter((name) => /\.[jt]s$/.test(name) && name !== "fine.ts");
  const outcomes = new Map<string, Promise<Outcome>>();

  before(() => {
    const free = engines.map((opened) => ({ opened, work: Promise.resolve<unknown>(null) }));
    for (const [i, file] of files.entries()) {
      const taken = free[i % AT_ONCE] as (typeof free)[number];
      const outcome = taken.work.then(() => outcomeOf(file, taken.opened));
      taken.work = outcome.catch(() => undefined);
      // Whoever waits for it is told.
      outcome.catch(() => undefined);
      outcomes.set(file, outcome);
    }
  });
  after(() => {
    for (const { engine } of engines) engine.dispose();
  });

  for (const file of files) {
    it(`${file} ends in its message, and the next run works`, async () => {
      const { text, next } = (await outcomes.get(file)) as Outcome;
      matchGolden(file, text);
      assert.equal(next.failure, null);
      assert.equal(next.parameters[0]?.gradNorm, 10);
    });
  }

  it("are many", () => assert.ok(files.length >= 100));
});
