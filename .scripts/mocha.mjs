// Runs bundled test files with mocha in this process and gives the counts.
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import Mocha from "mocha";

/** Runs every *.test.mjs below a folder; a file that cannot be loaded counts as one failure. */
export async function runFiles(folder, grep) {
  if (!existsSync(folder)) return { passed: 0, failed: 0 };
  const mocha = new Mocha({ reporter: "dot", timeout: 20_000, forbidOnly: true, forbidPending: true });
  if (grep) mocha.grep(grep).reporter("spec");
  for (const name of readdirSync(folder, { recursive: true })) {
    if (name.endsWith(".test.mjs")) mocha.addFile(join(folder, name));
  }
  await mocha.loadFilesAsync();
  const runner = await new Promise((resolve) => {
    const started = mocha.run(() => resolve(started));
  });
  return { passed: runner.stats.passes, failed: runner.stats.failures };
}
