// Every example runs, its gradients are right, and each of its operations stands where a call stands in the text.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { after, describe, it } from "mocha";
import { isFine } from "../../engine/check";
import type { Site } from "../../engine/report/report";
import { textAt } from "../source/text-at";
import { openEngine, paramsFor, reportOf, root } from "./engine";

const folder = join(root, "media/examples");

function textOf(site: Site): string {
  return textAt(readFileSync(site.file, "utf8"), site);
}

describe("examples", () => {
  const { engine } = openEngine();
  after(() => engine.dispose());

  for (const name of readdirSync(folder).filter((each) => each.endsWith(".ts"))) {
    it(`${name} runs, and every operation's site is a call`, async () => {
      const report = reportOf(await engine.trace(paramsFor(join(folder, name))));
      assert.equal(report.failure, null);
      const operations = report.nodes.filter(({ kind }) => kind === "operation");
      assert.ok(operations.length > 0);
      for (const { op, site } of operations) {
        assert.ok(site, `${op} has a site`);
        assert.match(textOf(site), /^[\w.]+\([\s\S]*\)$/);
      }
    });

    it(`${name} passes the gradient check of its last layer`, async () => {
      const report = reportOf(await engine.trace(paramsFor(join(folder, name))));
      const last = report.scopes.findLast(({ parameters }) => parameters > 0)?.path ?? "";
      const target = last === "" ? { kind: "all" as const } : { kind: "path" as const, path: last };
      const result = await engine.check({ target });
      assert.ok("checks" in result, JSON.stringify(result));
      assert.ok(result.checks.length > 0);
      assert.deepEqual(
        result.checks.filter((check) => !isFine(check)),
        [],
      );
    });
  }

  it("a check that is cancelled ends at once, and the engine goes on", async () => {
    await engine.trace(paramsFor(join(folder, "deep-sigmoid.ts")));
    const controller = new AbortController();
    const onProgress = () => controller.abort();
    const result = await engine.check({ target: { kind: "all" } }, { signal: controller.signal, onProgress });
    const kind = "failure" in result ? result.failure.kind : "partial";
    assert.match(kind, /^(cancelled|partial)$/);
    if ("checks" in result) assert.ok(result.checks.length < 26);
    assert.equal(reportOf(await engine.trace(paramsFor(join(folder, "loop.ts")))).failure, null);
  });
});
