// The extension host is killed in the middle of a trace and of a check: nothing that it started stays.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "mocha";
import { RandomGenerator } from "../../../engine/core/random";
import * as vscode from "../../harness/page.mjs";
import { openGradlens, withPicture } from "../../harness/window.mjs";
import { carrying, isEngine, isExtensionHost, isOfModel, pause } from "../../runner/processes";

const spins = `import { spawn } from "node:child_process";
import { parameter } from "gradlens";
const w = parameter([1, 2]);
let calls = 0;
export function loss() {
  if (calls++ > CALLS) {
    spawn("sleep", ["60"], { stdio: "inherit" });
    for (;;);
  }
  return w.mul(w).sum();
}
`;

const KILLS = 3;
const LATEST_MS = 1_500;
const GONE_MS = 2_000;

type Window = Awaited<ReturnType<typeof openGradlens>>;

if (existsSync("/proc/self/environ")) {
  describe("an extension host that is killed", function () {
    this.timeout(180_000);
    const mark = randomUUID();
    let window: Window;

    before(async () => {
      window = await openGradlens({
        env: { XDG_GRADLENS_TEST: mark },
        settings: { "gradlens.timeout": 600, "gradlens.check.budget": 600 },
        prepare: (folder) => {
          for (const [name, calls] of [
            ["trace", "-1"],
            ["check", "0"],
          ] as const)
            writeFileSync(join(folder, `${name}s.ts`), spins.replace("CALLS", calls));
        },
      });
    });
    after(() => window?.close());

    for (const [command, title] of [
      ["trace", "Trace Backprop"],
      ["check", "Gradcheck Model"],
    ] as const)
      it(`leaves nothing of a ${command} behind, ${KILLS} times`, () =>
        withPicture(window.page, `killed-${command}`, async () => {
          const random = new RandomGenerator(command.length);
          const { page } = window;
          for (let kill = 0; kill < KILLS; kill += 1) {
            await page.reload();
            await vscode.openFile(page, `${command}s.ts`);
            await page.locator(".codelens-decoration a").first().waitFor();
            await vscode.runCommand(page, `Gradlens: ${title}`);
            await pause(random.uniform() * LATEST_MS);
            const known = new Set(carrying(mark));
            const hosts = [...known].filter(isExtensionHost);
            assert.ok(hosts.length > 0, "no extension host was found");
            for (const pid of hosts) process.kill(pid, "SIGKILL");
            const ours = () =>
              carrying(mark).filter((pid) => known.has(pid) && (isEngine(pid) || isOfModel(pid)));
            const deadline = Date.now() + GONE_MS;
            while (ours().length > 0 && Date.now() < deadline) await pause(100);
            assert.deepEqual(ours(), []);
          }
        }));
  });
}
