/** What an engine process sends, or a disk keeps, is looked at before anybody reads it: fields, types, sizes, rows and paths. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "mocha";
import type { Form } from "../../engine/report/forms";
import { readTrace } from "../../engine/report/open-bytes";
import type { Check } from "../../engine/report/report";
import { check as checkForm } from "../../engine/report/report-form";
import { schema } from "../../engine/report/schema";
import type { Trace } from "../../engine/report/trace";
import { traceMisfit } from "../../engine/report/trace-form";
import { Engine } from "../../engine/runner/client";
import { openEngine, paramsFor, root } from "./engine";
import { impostor } from "./impostor";

const file = "/models/forms.ts";
const model = `import { nn, randn, relu } from "gradlens";
const fc = new nn.Linear(2, 1);
export const loss = () => relu(fc.forward(randn([3, 2]))).mean();
`;

type Path = readonly (string | number)[];

/** Every field of plain data, from the top down; of lists only the first three. */
function pathsIn(value: unknown, at: Path = []): Path[] {
  if (typeof value !== "object" || value === null || isOfPlainNumbers(at)) return [at];
  const isList = Array.isArray(value) || ArrayBuffer.isView(value);
  const keys = isList ? [...(value as number[]).keys()].slice(0, 3) : Object.keys(value);
  return [at, ...keys.flatMap((key) => pathsIn(Reflect.get(value, key), [...at, key]))];
}

/** Whether a path leads to a column whose numbers may be any. */
function isOfPlainNumbers([list, table, column]: Path): boolean {
  if (list !== "tables" || column === undefined) return false;
  const columns: Readonly<Record<string, { readonly kind: string }>> = Reflect.get(schema, table ?? "");
  return columns[column]?.kind === "number";
}

/** A copy with one field replaced. */
function withField(data: unknown, [key, ...rest]: Path, value: unknown): unknown {
  if (key === undefined) return value;
  const copy: object =
    Array.isArray(data) || ArrayBuffer.isView(data) ? [...(data as number[])] : { ...(data as object) };
  Reflect.set(copy, key, withField(Reflect.get(copy, key), rest, value));
  return copy;
}

const traceForm: Form<Trace> = { misfit: (value) => traceMisfit(value as Trace) };

describe("the form of a trace", () => {
  let trace: Trace;
  let check: Check;
  let other: Engine | null = null;
  const folder = mkdtempSync(join(tmpdir(), "gradlens-forms-"));

  before(async () => {
    const { engine } = openEngine();
    const result = await engine.trace(paramsFor(file, { overlays: { [file]: model } }));
    assert.ok("report" in result);
    trace = readTrace(result.report.bytes);
    const checked = await engine.check({ target: { kind: "all" } });
    assert.ok("checks" in checked && checked.checks[0]);
    check = checked.checks[0];
    engine.dispose();
  });
  after(() => {
    other?.dispose();
    rmSync(folder, { recursive: true });
  });

  it("is that of what the engine sends", () => {
    assert.equal(traceForm.misfit(trace), null);
    assert.equal(checkForm.misfit(check), null);
  });

  it("refuses every field of another type, and says where", () => {
    for (const [data, form] of [
      [trace, traceForm],
      [check, checkForm],
    ] as const) {
      for (const path of pathsIn(data).filter((each) => each.length > 0)) {
        const misfit = form.misfit(withField(data, path, { odd: 1n }));
        const at = path.map((key) => (typeof key === "number" ? `[${key}]` : `.${key}`)).join("");
        assert.ok(misfit?.at.startsWith(at), `${at}: ${misfit?.at}`);
      }
    }
  });

  const textAt = (column: "file") => (whole: Trace) => ["texts", whole.tables.sites[column][0] ?? 0] as const;
  const cell =
    (table: string, column: string, row = 0) =>
    () =>
      ["tables", table, column, row] as const;
  const bad: readonly [what: string, path: (whole: Trace) => Path, value: unknown][] = [
    ["a relative path", textAt("file"), "model.ts"],
    ["an address", textAt("file"), "https://example.invalid/a.ts"],
    ["a path with a zero in it", textAt("file"), "/a\0.ts"],
    ["line 0", cell("sites", "line"), 0],
    ["an input that comes later", cell("edges", "input"), 6],
    ["more inputs than edges", cell("nodes", "inputs"), 3],
    ["a node of no known operation", cell("nodes", "operation"), 99],
    ["a call within itself", cell("calls", "caller"), 1],
    ["a gradient of a node that is not there", cell("gradients", "node", 1), 1e6],
    ["two gradients of one node", cell("gradients", "node", 1), 0],
    ["a text without end", () => ["texts", 0], "x".repeat(2_000_000)],
    ["another version", () => ["head", "version"], 99],
    ["a loss that is nowhere", () => ["head", "loss", "node"], 1e6],
    ["another severity", () => ["head", "findings"], [{ severity: "fatal" }]],
  ];
  for (const [what, path, value] of bad)
    it(`refuses ${what}`, () => assert.ok(traceForm.misfit(withField(trace, path(trace), value))));

  for (const answer of [
    '"text"',
    "null",
    "{ trace: 3 }",
    "{ trace: new Uint8Array(40) }",
    "{ failure: {} }",
  ]) {
    it(`ends a process that answers ${answer}`, async () => {
      const script = join(folder, "impostor.js");
      writeFileSync(script, impostor(answer));
      other = new Engine({ script, folder: root });
      const result = await other.trace(paramsFor(file));
      assert.ok("failure" in result);
      assert.equal(result.failure.kind, "internal");
      assert.match(result.failure.message, /^The engine process sent what it should not: ./);
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
