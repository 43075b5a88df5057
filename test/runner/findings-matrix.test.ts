/** Which rule of the diagnosis fires where, in files that were written for something else: compared with a golden file. */
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "mocha";
import { rules } from "../../engine/diagnose";
import type { Finding } from "../../engine/report/report";
import { withEngines } from "../suite/diagnosis/diagnose-model";
import { fixture, paramsFor, root } from "./engine";

const golden = fixture("diagnosis/matrix.txt");
const folders = ["media/examples", "test/fixtures/corpus", "test/fixtures/programs"];

interface Looked {
  readonly file: string;
  readonly findings: readonly Finding[];
}

function filesIn(folder: string): string[] {
  const names = readdirSync(join(root, folder)).filter((name) => /\.[cm]?[jt]s$/.test(name));
  return names.toSorted().map((name) => `${folder}/${name}`);
}

/** Each rule with the places where it fires: "media/examples/deep-sigmoid.ts:15". */
function matrixOf(all: readonly Looked[]): string {
  const rows = rules.map(({ id }) => {
    const places = all.flatMap(({ file, findings }) =>
      findings.filter(({ rule }) => rule === id).map(({ site }) => `${file}:${site?.line ?? "?"}`),
    );
    return `${id}: ${places.length === 0 ? "–" : places.map((place) => `\n  ${place}`).join("")}\n`;
  });
  const silent = all.filter(({ findings }) => findings.length === 0).length;
  return `${rows.toSorted().join("")}\n${silent} of ${all.length} files without a finding\n`;
}

describe("findings by rule", () => {
  it("find in examples and in the files of other tests what they found before", async () => {
    const all = await withEngines(folders.flatMap(filesIn), async (engine, file): Promise<Looked> => {
      const result = await engine.trace(paramsFor(join(root, file)));
      return { file, findings: "report" in result ? result.report.findings : [] };
    });
    const text = matrixOf(all);
    if (process.env.GOLDEN === "write") writeFileSync(golden, text);
    assert.equal(text, existsSync(golden) ? readFileSync(golden, "utf8") : "(no golden file)");
  }).timeout(120_000);
});
