/** Hand-written backward passes of many forms: each wrong one is found in its line, and no right one is accused. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { after, describe, it } from "mocha";
import type { Check } from "../../engine/report/report";
import { fixture, openEngine, paramsFor, reportOf } from "./engine";

describe("hand-written backward passes", () => {
  const { engine } = openEngine();
  after(() => engine.dispose());

  const check = async (file: string): Promise<readonly Check[]> => {
    const { failure } = reportOf(await engine.trace(paramsFor(file)));
    assert.equal(failure, null);
    const result = await engine.check({ target: { kind: "all" } });
    assert.ok("checks" in result, JSON.stringify(result));
    return result.checks;
  };
  const filesOf = (kind: "right" | "wrong") => {
    const folder = fixture(`hand-written/${kind}`);
    return readdirSync(folder).map((name) => ({ name, file: `${folder}/${name}` }));
  };
  const failing = (checks: readonly Check[]) => checks.filter(({ outcome }) => outcome === "fail");
  const shown = ({ target, parameter, verdict, message }: Check) =>
    `${target}.${parameter} ${verdict}: ${message}`;

  for (const { name, file } of filesOf("right")) {
    it(`are right in ${name}`, async () => {
      const checks = await check(file);
      assert.ok(checks.some(({ verdict }) => verdict === "ok"));
      assert.deepEqual(failing(checks).map(shown), []);
    });
  }

  for (const { name, file } of filesOf("wrong")) {
    it(`are wrong in ${name}`, async () => {
      const [head = ""] = readFileSync(file, "utf8").split("\n", 1);
      const [, where = "", lines = ""] = /^\/\/ wrong (\S+) in line ([\d|]+): /.exec(head) ?? [];
      const found = failing(await check(file));
      assert.ok(found.length > 0);
      const [target, parameter] = where.split(".");
      for (const each of found) {
        if (where !== "*") assert.equal(each.target, target, shown(each));
        if (parameter !== undefined && parameter !== "*")
          assert.equal(each.parameter, parameter, shown(each));
        assert.ok(lines.split("|").includes(String(each.culprit?.site?.line)), shown(each));
      }
    });
  }
});
