// Kept traces are read from regular files of their own, bounded, whole and of the right form; anything else is put away.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { serialize } from "node:v8";
import { after, before, describe, it } from "mocha";
import { REPORT_VERSION, type Report } from "../../engine/report/report";
import { TRACE_VERSION } from "../../engine/report/trace";
import { forgetOldest, type KeptTrace, readKept, writeTrace } from "../../extension/kept-trace";
import { opened } from "../webview/trace-of";

const report: Report = {
  version: REPORT_VERSION,
  run: "1",
  language: "typescript",
  file: "/models/a.ts",
  device: { requested: "cpu", used: "cpu", reason: "" },
  dtype: "float32",
  durationMs: 1,
  loss: null,
  nodes: [],
  parameters: [],
  findings: [],
  measures: [],
  scopes: [{ path: "", type: "", parent: null, site: null, gradNorm: Number.NaN, parameters: 0 }],
  bindings: [],
  omitted: 0,
  failure: null,
};
const trace: KeptTrace = {
  report: opened(report),
  checks: [],
  texts: { "/models/a.ts": "export const loss = 1;" },
};

describe("kept traces", () => {
  let folder: string;
  let at: string;
  const secret = () => join(folder, "secret");
  const refuse = () => assert.rejects(readKept(at));
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "gradlens-kept-"));
    at = join(folder, "below", "a.trace");
  });
  after(() => rmSync(folder, { recursive: true }));

  it("come back as they were, and none is none", async () => {
    assert.equal(await readKept(at), null);
    await writeTrace(at, trace);
    const kept = await readKept(at);
    assert.deepEqual(Buffer.from(kept?.report.bytes ?? []), Buffer.from(trace.report.bytes));
    assert.deepEqual(kept?.texts, trace.texts);
    assert.ok(!existsSync(`${at}.new`));
  });

  it("of a folder are as many as it may have, those that were written last", async () => {
    const full = join(folder, "full");
    const paths = [0, 1, 2, 3].map((name) => join(full, `${name}.trace`));
    for (const [index, path] of paths.entries()) {
      await writeTrace(path, trace);
      utimesSync(path, 1e9, 1e9 + (index % 3));
    }
    writeFileSync(join(full, "other.txt"), "");
    assert.equal(await forgetOldest(full, 2), 2);
    assert.deepEqual(readdirSync(full).sort(), ["1.trace", "2.trace", "other.txt"]);
    assert.equal(await forgetOldest(full, 2), 0);
  });

  it("of another version are left alone", async () => {
    writeFileSync(at, serialize({ version: TRACE_VERSION + 1 }));
    assert.equal(await readKept(at), null);
    assert.ok(existsSync(at));
  });

  it("are not read through links, pipes, devices and folders", async () => {
    writeFileSync(secret(), serialize(trace));
    const inTheWay: (() => void)[] = [
      () => symlinkSync(secret(), at),
      () => symlinkSync("/dev/zero", at),
      () => void execFileSync("mkfifo", [at]),
      () => mkdirSync(at),
    ];
    for (const put of inTheWay) {
      rmSync(at, { recursive: true, force: true });
      put();
      await refuse();
    }
    rmSync(at, { recursive: true });
  });

  it("are not written through what stands in the way", async () => {
    writeFileSync(secret(), "secret");
    symlinkSync(secret(), `${at}.new`);
    await writeTrace(at, trace);
    assert.equal(readFileSync(secret(), "utf8"), "secret");
    assert.deepEqual((await readKept(at))?.texts, trace.texts);
  });

  it("are bounded, and put away when they are damaged", async () => {
    truncateSync(at, 2 ** 28);
    await refuse();
    assert.ok(!existsSync(at));
    await writeTrace(at, { ...trace, texts: { "/models/a.ts": "x".repeat(2_000_000) } });
    assert.ok(!existsSync(at), "more is written than would be read");
  });

  it("that are cut or changed anywhere give a trace of the right form, or nothing", async () => {
    await writeTrace(at, trace);
    const whole = readFileSync(at);
    for (let i = 0; i < whole.length; i++) {
      const bytes = Buffer.from(whole);
      bytes[i] = (bytes[i] ?? 0) ^ (1 << (i % 8));
      for (const damaged of [bytes, whole.subarray(0, i)]) {
        writeFileSync(at, damaged);
        const read = await readKept(at).catch(() => null);
        if (read) assert.deepEqual(Object.keys(read.report).sort(), [...Object.keys(report), "bytes"].sort());
      }
    }
  });
});
