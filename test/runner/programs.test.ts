/** Whole model files, with the real library and loader, do the same traced as in plain Node; every tensor has a place and a name. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "mocha";
import type { Report, ReportNode } from "../../engine/report/report";
import { fixture, openEngine, paramsFor, reportOf, root } from "./engine";

interface Plain {
  readonly error?: string;
  readonly printed: string;
  readonly loss: number | null;
  readonly params: Readonly<Record<string, { value: number[]; grad: number[] | null }>>;
}

/** Runs all files in one plain Node. */
function runPlain(files: readonly string[]): Record<string, Plain> {
  const folder = mkdtempSync(join(tmpdir(), "gradlens-plain-"));
  try {
    const out = join(folder, "out.json");
    const args = [
      "--no-warnings",
      "--import",
      "./test/runner/plain-hooks.mjs",
      "test/runner/plain-child.mjs",
    ];
    const { stderr } = spawnSync(process.execPath, [...args, out, ...files], { cwd: root, encoding: "utf8" });
    assert.equal(stderr, "");
    return JSON.parse(readFileSync(out, "utf8")) as Record<string, Plain>;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function nodeOf(report: Report, name: string): ReportNode {
  const found = report.parameters.find((each) => each.name === name);
  const names = report.parameters.map((each) => each.name).join(", ");
  assert.ok(found, `no parameter is called ${name}, but ${names}`);
  return report.nodes[found.node] as ReportNode;
}

const norm = (values: readonly number[]) => Math.hypot(...values);
const near = (a: number, b: number) => Math.abs(a - b) <= 1e-6 * Math.max(1, Math.abs(b));

describe("whole programs", () => {
  const folder = fixture("programs");
  const files = readdirSync(folder)
    .filter((name) => /\.[cm]?[jt]s$/.test(name))
    .map((name) => join(folder, name));
  const { engine, printed } = openEngine();
  let plain: Record<string, Plain> = {};

  before(() => {
    plain = runPlain(files);
  });
  after(() => engine.dispose());

  for (const file of files) {
    it(`${file.slice(folder.length + 1)} does the same as in plain Node`, async () => {
      const want = plain[file];
      assert.ok(want && want.error === undefined, want?.error);
      assert.ok(want.printed !== "" || want.loss !== null, "does nothing that can be compared");
      printed.length = 0;
      const report = reportOf(await engine.trace(paramsFor(file)));
      assert.equal(report.failure, null);
      assert.equal(printed.join(""), want.printed);
      if (want.loss !== null) assert.ok(near(report.loss?.value ?? Number.NaN, want.loss), "another loss");
      for (const [name, { value, grad }] of Object.entries(want.params)) {
        const node = nodeOf(report, name);
        assert.ok(near(node.value.norm, norm(value)), `another value of ${name}`);
        assert.ok(near(node.grad?.norm ?? 0, norm(grad ?? [])), `another gradient of ${name}`);
      }
      const names = report.parameters.map((each) => each.name);
      assert.deepEqual(names, [...new Set(names)], "two parameters have one name");
      for (const { kind, op, site } of report.nodes)
        assert.ok(site || kind === "constant", `${op} has no place`);
    });
  }
});
