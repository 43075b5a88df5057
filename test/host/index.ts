// The door that a VS Code test runner knocks at: loads every host test beside it and runs them with mocha.
import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { format } from "node:util";
import Mocha from "mocha";

/** Called inside the extension host. Leaves the counts in the file that GRADLENS_TEST_RESULT names; rejects on failures. */
export async function run(): Promise<void> {
  // The page logs much else: the prefix tells the driver which lines are ours.
  Object.assign(Mocha.reporters.Base, {
    consoleLog: (...args: unknown[]) => console.log(`[test] ${format(...args)}`),
  });
  const mocha = new Mocha({
    reporter: "spec",
    timeout: 60_000,
    color: false,
    forbidOnly: true,
    forbidPending: true,
  });
  const { GRADLENS_TEST_GREP: grep, GRADLENS_TEST_RESULT: resultFile } = process.env;
  if (grep) mocha.grep(grep);
  for (const name of readdirSync(__dirname)) {
    if (name.endsWith(".test.js")) mocha.addFile(join(__dirname, name));
  }
  const stats = await new Promise<Mocha.Stats | undefined>((resolve) => {
    const runner = mocha.run(() => resolve(runner.stats));
  });
  const result = { passed: stats?.passes ?? 0, failed: stats?.failures ?? 1 };
  if (resultFile) writeFileSync(resultFile, JSON.stringify(result));
  if (result.failed > 0) throw new Error(`${result.failed} host tests failed`);
}
