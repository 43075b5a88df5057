/** Whoever is killed in the middle of a trace or a check, nothing of it stays: not the engine, not what a model started. */
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { after, describe, it } from "mocha";
import { RandomGenerator } from "../../engine/random";

const KILLS = 50;
const AT_ONCE = 5;
/** Long enough for the process to be anywhere: before its engine, in the model, in the answer. */
const LATEST_MS = 900;
const GONE_MS = 2_000;

const folder = mkdtempSync(join(tmpdir(), "gradlens-orphans-"));
const model = join(folder, "spins.ts");
writeFileSync(
  model,
  `import { spawn } from "node:child_process";
import { mul, parameter } from "gradlens";
const w = parameter(Array.from({ length: 40 }, (_, i) => i + 0.5));
let calls = 0;
export function loss() {
  // The first call ends, so that there is something to check; a check runs the file again, and stays.
  if (process.env.XDG_SPINS !== "check" || calls++ > 0) {
    spawn("sleep", ["60"], { stdio: "inherit" });
    for (;;);
  }
  return mul(w, w).sum();
}
`,
);

/** Ids of the processes that carry the mark in their environment. */
function carrying(mark: string): number[] {
  return readdirSync("/proc")
    .filter((each) => /^\d+$/.test(each))
    .map(Number)
    .filter((pid) => {
      try {
        const isGone = /^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
        return !isGone && readFileSync(`/proc/${pid}/environ`, "utf8").includes(mark);
      } catch {
        return false;
      }
    });
}

async function goneWithin(mark: string, ms: number): Promise<number[]> {
  const deadline = Date.now() + ms;
  while (carrying(mark).length > 0 && Date.now() < deadline)
    await new Promise((done) => setTimeout(done, 50));
  return carrying(mark);
}

function start(command: "trace" | "check", mark: string): ChildProcess {
  const args = [resolve("dist/cli.js"), command, model, "--timeout", "40"];
  const env = { ...process.env, XDG_GRADLENS_TEST: mark, XDG_SPINS: command };
  return spawn(process.execPath, args, { env, stdio: "ignore" });
}

/** Kills with `signal` whoever `choose` names, after `ms`; gives the exit code and what is left of all. */
async function kill(
  command: "trace" | "check",
  ms: number,
  signal: NodeJS.Signals,
  choose: (cli: number, all: readonly number[]) => number | undefined,
) {
  const mark = randomUUID();
  const cli = start(command, mark);
  const ended = once(cli, "exit");
  await new Promise((done) => setTimeout(done, ms));
  const pid = choose(cli.pid as number, carrying(mark));
  if (pid !== undefined) process.kill(pid, signal);
  const [code] = await ended;
  return { code, left: await goneWithin(mark, GONE_MS) };
}

function engineAmong(cli: number, all: readonly number[]): number | undefined {
  return all.find((pid) => {
    try {
      const words = readFileSync(`/proc/${pid}/cmdline`, "utf8");
      return pid !== cli && words.includes("engine.js");
    } catch {
      return false;
    }
  });
}

// Processes are found by what Linux tells about them.
if (existsSync("/proc/self/environ")) {
  describe("processes that are killed", function () {
    this.timeout(120_000);
    after(() => rmSync(folder, { recursive: true, force: true }));

    for (const command of ["trace", "check"] as const) {
      it(`leave nothing behind: the command line in a ${command}, at ${KILLS} moments`, async () => {
        const random = new RandomGenerator(command.length);
        const left: number[] = [];
        const moments = Array.from({ length: KILLS }, () => random.uniform() * LATEST_MS);
        for (let at = 0; at < KILLS; at += AT_ONCE) {
          const some = moments
            .slice(at, at + AT_ONCE)
            .map((ms) => kill(command, ms, "SIGKILL", (cli) => cli));
          for (const each of await Promise.all(some)) left.push(...each.left);
        }
        assert.deepEqual(left, []);
      });
    }

    it("end the engine too when the command line is asked to end", async () => {
      const { code, left } = await kill("trace", LATEST_MS, "SIGTERM", (cli) => cli);
      assert.deepEqual({ code, left }, { code: 143, left: [] });
    });

    it("end what the model started when the engine is killed, and the command line says so", async () => {
      const { code, left } = await kill("trace", 2 * LATEST_MS, "SIGKILL", engineAmong);
      assert.deepEqual({ code, left }, { code: 2, left: [] });
    });
  });
}
