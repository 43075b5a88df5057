/** Whoever is killed in the middle of a trace or a check, nothing of it stays: not the engine, not what a model started. */
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { build } from "esbuild";
import { after, before, describe, it } from "mocha";
import { RandomGenerator } from "../../engine/core/random";
import { carrying, goneWithin, isEngine, pause } from "./processes";

const KILLS = 50;
const AT_ONCE = 10;
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

type Command = "trace" | "check";

/** Who starts the engine: the command line, or what the extension host has of it. */
const clients = { "the command line": resolve("dist/cli.js"), "the editor's host": join(folder, "host.cjs") };
type Client = keyof typeof clients;

function start(client: Client, command: Command, mark: string): ChildProcess {
  const args = [clients[client], command, model, "--timeout", "40"];
  const env = { ...process.env, XDG_GRADLENS_TEST: mark, XDG_SPINS: command };
  return spawn(process.execPath, args, { env, stdio: "ignore" });
}

interface Kill {
  readonly client: Client;
  readonly command: Command;
  readonly signal: NodeJS.Signals;
  /** Whom to kill: the engine as soon as there is one. */
  readonly victim: "client" | "engine";
}

/** Kills someone `ms` after the start; gives the client's exit code, and what is left of all. */
async function kill({ client, command, signal, victim }: Kill, ms: number) {
  const mark = randomUUID();
  const started = start(client, command, mark);
  const ended = once(started, "exit");
  await pause(ms);
  const own = started.pid as number;
  for (let pid = victim === "client" ? own : undefined; pid === undefined; await pause(20)) {
    pid = carrying(mark).find(isEngine);
    if (pid !== undefined) process.kill(pid, signal);
  }
  if (victim === "client") process.kill(own, signal);
  const [code] = await ended;
  return { code, left: await goneWithin(mark, GONE_MS) };
}

/** The same at so many moments, several at a time. */
async function killOften(how: Kill): Promise<{ codes: Set<unknown>; left: number[] }> {
  const random = new RandomGenerator(how.command.length + how.victim.length);
  const moments = Array.from({ length: KILLS }, () => random.uniform() * LATEST_MS);
  const codes = new Set<unknown>();
  const left: number[] = [];
  const work = async () => {
    for (let ms = moments.pop(); ms !== undefined; ms = moments.pop()) {
      const outcome = await kill(how, ms);
      codes.add(outcome.code);
      left.push(...outcome.left);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return { codes, left };
}

// Processes are found by what Linux tells about them.
if (existsSync("/proc/self/environ")) {
  describe("processes that are killed", function () {
    this.timeout(120_000);
    after(() => rmSync(folder, { recursive: true, force: true }));

    before(async () => {
      const entryPoints = [resolve("test/runner/engine-client.ts")];
      const options = { bundle: true, platform: "node", format: "cjs", logLevel: "silent" } as const;
      await build({ ...options, entryPoints, outfile: clients["the editor's host"] });
    });

    for (const command of ["trace", "check"] as const) {
      for (const client of ["the command line", "the editor's host"] as const)
        it(`leave nothing behind: ${client} in a ${command}, at ${KILLS} moments`, async () => {
          const { left } = await killOften({ client, command, signal: "SIGKILL", victim: "client" });
          assert.deepEqual(left, []);
        });

      it(`leave nothing of the engine behind in a ${command}, at ${KILLS} moments, and the command line says so`, async () => {
        const client = "the command line";
        const { codes, left } = await killOften({ client, command, signal: "SIGKILL", victim: "engine" });
        assert.deepEqual({ codes: [...codes], left }, { codes: [2], left: [] });
      });
    }

    it("end the engine too when the command line is asked to end", async () => {
      const client = "the command line";
      const how = { client, command: "trace", signal: "SIGTERM", victim: "client" } as const;
      const { code, left } = await kill(how, LATEST_MS);
      assert.deepEqual({ code, left }, { code: 143, left: [] });
    });
  });
}
