/** What an engine process sends, or a disk keeps, is looked at before anybody reads it: fields, types, sizes, ids and paths. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "mocha";
import type { Check, Report } from "../../engine/report/report";
import { check as checkForm, report as reportForm } from "../../engine/report/report-form";
import { Engine } from "../../engine/runner/client";
import { openEngine, paramsFor, reportOf, root } from "./engine";
import { impostor } from "./impostor";

const file = "/models/forms.ts";
const model = `import { nn, randn, relu } from "gradlens";
const fc = new nn.Linear(2, 1);
export const loss = () => relu(fc.forward(randn([3, 2]))).mean();
`;

type Path = readonly (string | number)[];

/** Every field of plain data, from the top down; of lists only the first three. */
function pathsIn(value: unknown, at: Path = []): Path[] {
  if (typeof value !== "object" || value === null) return [at];
  const keys = Array.isArray(value) ? [...value.keys()].slice(0, 3) : Object.keys(value);
  return [at, ...keys.flatMap((key) => pathsIn(Reflect.get(value, key), [...at, key]))];
}

/** A copy with one field replaced. */
function withField(data: unknown, [key, ...rest]: Path, value: unknown): unknown {
  if (key === undefined) return value;
  const copy: object = Array.isArray(data) ? [...data] : { ...(data as object) };
  Reflect.set(copy, key, withField(Reflect.get(copy, key), rest, value));
  return copy;
}

describe("the form of a report", () => {
  let report: Report;
  let check: Check;
  let other: Engine | null = null;
  const folder = mkdtempSync(join(tmpdir(), "gradlens-forms-"));

  before(async () => {
    const { engine } = openEngine();
    report = reportOf(await engine.trace(paramsFor(file, { overlays: { [file]: model } })));
    const result = await engine.check({ target: { kind: "all" } });
    assert.ok("checks" in result && result.checks[0]);
    check = result.checks[0];
    engine.dispose();
  });
  after(() => {
    other?.dispose();
    rmSync(folder, { recursive: true });
  });

  it("is that of what the engine sends", () => {
    assert.equal(reportForm.misfit(report), null);
    assert.equal(checkForm.misfit(check), null);
  });

  it("refuses every field of another type, and says where", () => {
    for (const [data, form] of [
      [report, reportForm],
      [check, checkForm],
    ] as const) {
      for (const path of pathsIn(data).filter((each) => each.length > 0)) {
        const misfit = form.misfit(withField(data, path, { odd: 1n }));
        const at = path.map((key) => (typeof key === "number" ? `[${key}]` : `.${key}`)).join("");
        assert.ok(misfit?.at.startsWith(at), `${at}: ${misfit?.at}`);
      }
    }
  });

  const bad: readonly [what: string, path: Path, value: unknown][] = [
    ["a relative path", ["nodes", 0, "site"], { ...place("model.ts") }],
    ["an address", ["nodes", 0, "site"], { ...place("https://example.invalid/a.ts") }],
    ["a path with a zero in it", ["nodes", 0, "site"], { ...place("/a\0.ts") }],
    ["line 0", ["nodes", 0, "site"], { ...place("/a.ts"), line: 0 }],
    ["a line that is no number", ["nodes", 0, "site"], { ...place("/a.ts"), line: Number.NaN }],
    ["an input that comes later", ["nodes", 0, "inputs"], [1]],
    ["another id", ["nodes", 0, "id"], 1],
    ["a layer that is its own parent", ["scopes", 0, "parent"], 0],
    ["a parameter without a node", ["parameters", 0, "node"], 1e6],
    ["a text without end", ["nodes", 0, "name"], "x".repeat(2_000_000)],
    ["another severity", ["findings"], [{ severity: "fatal" }]],
  ];
  function place(of: string) {
    return { file: of, line: 1, column: 1, endLine: 1, endColumn: 2 };
  }
  for (const [what, path, value] of bad)
    it(`refuses ${what}`, () => assert.ok(reportForm.misfit(withField(report, path, value))));

  for (const answer of ['"text"', "null", "{ report: { version: 2, nodes: 3 } }", "{ failure: {} }"]) {
    it(`ends a process that answers ${answer}`, async () => {
      const script = join(folder, "impostor.js");
      writeFileSync(script, impostor(answer));
      other = new Engine({ script, folder: root });
      const result = await other.trace(paramsFor(file));
      assert.ok("failure" in result);
      assert.equal(result.failure.kind, "internal");
      assert.match(result.failure.message, /^The engine process sent what it should not: answer/);
      assert.equal(other.isRunning, false);
    });
  }

  it("ends a process that never answers", async () => {
    const script = join(folder, "silent.js");
    writeFileSync(script, "setInterval(() => undefined, 1000);");
    other = new Engine({ script, folder: root, startMs: 500 });
    const result = await other.trace(paramsFor(file));
    assert.ok("failure" in result);
    assert.match(result.failure.message, /could not be started .*: it gave no answer within 0\.5 s$/);
    assert.equal(other.isRunning, false);
  });
});
