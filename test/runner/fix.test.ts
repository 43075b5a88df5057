/** Fixes that are tried before they are offered: what cures, what does not, and what is written into the file. */
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "mocha";
import type { DiagnosisSettings, TraceParams, TraceResult } from "../../engine/report/questions";
import type { Finding, Fix, FixTrial, RuleMeasure } from "../../engine/report/report";
import { type Runs, Trials } from "../../engine/runner/trials";
import { gradlens } from "./command";
import { openEngine, paramsFor, reportOf, root } from "./engine";

const twice = `import { crossEntropy, data, manualSeed, nn } from "gradlens";

manualSeed(3);
const { images, labels } = data.digits({ count: 32 });
const net = new nn.Sequential(
  new nn.Linear(64, 16),
  new nn.ReLU(),
  new nn.Linear(16, 10),
  new nn.Softmax({ dim: 1 }),
);
export const loss = () => crossEntropy(net.forward(images), labels);
`;
const once = twice.replace("10),\n  new nn.Softmax({ dim: 1 })", "10)");

const sigmoids = `import { crossEntropy, data, manualSeed, nn, sigmoid } from "gradlens";

manualSeed(5);
const { images, labels } = data.digits({ count: 32 });
const layers = Array.from({ length: 14 }, (_, i) => new nn.Linear(i === 0 ? 64 : 24, 24));
const head = new nn.Linear(24, 10);
export function loss() {
  let h = images;
  for (const layer of layers) h = sigmoid(layer.forward(h));
  return crossEntropy(head.forward(h), labels);
}
`;

describe("gradlens fix", function () {
  this.timeout(60_000);
  const folder = mkdtempSync(join(tmpdir(), "gradlens-fix-"));
  after(() => rmSync(folder, { recursive: true }));
  const write = (name: string, text: string) => {
    const file = join(folder, name);
    writeFileSync(file, text);
    return file;
  };

  it("says what a fix did, and changes nothing", async () => {
    const file = write("shown.ts", twice);
    const { code, out } = await gradlens("fix", file);
    assert.equal(code, 0);
    assert.match(out, /^warning\[double-softmax\]: /m);
    assert.match(out, /^ {2}✓ .*: cured with 3 seeds$/m);
    assert.equal(readFileSync(file, "utf8"), twice);
    assert.equal((await gradlens("fix", file, "--fail-on", "warning")).code, 1);
  });

  it("writes with --apply what cures, until nothing is found", async () => {
    const file = write("applied.ts", twice);
    const { code, out } = await gradlens("fix", file, "--apply");
    assert.equal(code, 0);
    assert.match(out, /^applied to .*applied\.ts: \S.*\n\nNo findings\.$/m);
    assert.equal(readFileSync(file, "utf8"), once);
  });

  it("gives all of it as JSON", async () => {
    const { out } = await gradlens("fix", write("json.ts", twice), "--json");
    const { applied, findings } = JSON.parse(out) as { applied: string[]; findings: Finding[] };
    assert.deepEqual(applied, []);
    assert.deepEqual(
      findings.map(({ rule, fixes }) => [rule, ...fixes.map((fix) => Reflect.get(fix, "tried")?.cured)]),
      [["double-softmax", true]],
    );
  });

  it("is asked by trace, too, which offers changes that cured and no others", async () => {
    const offered = async (file: string) => {
      const { out } = await gradlens("trace", file, "--json");
      const { findings } = JSON.parse(out) as { findings: Finding[] };
      return findings.flatMap(({ fixes }) => fixes.filter(({ edits = [] }) => edits.length > 0));
    };
    assert.deepEqual(
      (await offered(write("offered.ts", twice))).map((fix) => Reflect.get(fix, "tried")?.cured),
      [true],
    );
    // Left out, hardshrink leaves two linear layers behind each other.
    const file = join(root, "test/fixtures/diagnosis/faulty/zero-hardshrink-above-everything.ts");
    const { out } = await gradlens("fix", file);
    const left = /^ {2}✗ ([^:;]*).*brings linear-without-activation$/m.exec(out)?.[1];
    assert.ok(left, out);
    const titles = (await offered(file)).map(({ title }) => title);
    assert.ok(titles.length > 0);
    assert.ok(!titles.some((title) => title.startsWith(left)), titles.join("\n"));
  });

  it("prints what the model prints once, however often it is run for trial", async () => {
    const { out } = await gradlens("trace", write("prints.ts", `${twice}console.log("printed");\n`));
    assert.equal(out.split("printed").length, 2);
  });

  it("refuses what it cannot change", async () => {
    const saved = await gradlens("fix", join(folder, "run.gradlens"));
    assert.equal(saved.code, 2);
    assert.match(saved.err, /fix is for model files|there is no file/);
    assert.match((await gradlens("trace", write("a.ts", once), "--apply")).err, /--apply is for fix/);
    const broken = await gradlens("fix", write("broken.ts", "export const loss = () => {"));
    assert.equal(broken.code, 2);
    assert.match(broken.err, /broken\.ts:1/);
  });
});

describe("a trial", () => {
  const { engine } = openEngine();
  after(() => engine.dispose());
  const file = "/models/net.ts";

  const trialsOf = async (text: string, diagnosis: DiagnosisSettings = {}) => {
    const params = paramsFor(file, { overlays: { [file]: text }, diagnosis });
    const report = reportOf(await engine.trace(params));
    const [finding, ...others] = report.findings;
    assert.ok(finding);
    return { finding, others, trials: new Trials(engine, { params, report, readText: () => text }) };
  };

  it("asks nothing of a number format, and does not call gone what it did not look for", async () => {
    const { finding, others, trials } = await trialsOf(twice, { precision: "fp8-e4m3" });
    assert.deepEqual(
      [finding, ...others].map(({ rule }) => rule),
      ["double-softmax", "precision-underflow"],
    );
    const tried = await trials.try(finding, finding.fixes[0] ?? assert.fail());
    assert.deepEqual([tried?.cured, tried?.added, tried?.removed], [true, [], []]);
  });

  it("measures what a fix changes, over three seeds", async () => {
    const { finding, trials } = await trialsOf(sigmoids);
    assert.equal(finding.rule, "vanishing-gradient");
    const start = sigmoids.indexOf("sigmoid(layer");
    const line = sigmoids.slice(0, start).split("\n").length;
    const column = start - sigmoids.lastIndexOf("\n", start);
    const at = { file, line, column, endLine: line, endColumn: column + "sigmoid(layer.forward(h))".length };
    const edits = [{ site: at, newText: "layer.forward(h).tanh().mul(1.5)" }];
    const tried = await trials.try(finding, { title: "", detail: "", edits });
    assert.equal(tried?.failure, null);
    assert.match(tried?.effect?.label ?? "", /first layer/);
    assert.ok((tried?.effect?.after ?? 0) > 1e3 * (tried?.effect?.before ?? Infinity));
    // It is not tried again.
    assert.equal(await trials.try(finding, { title: "", detail: "", edits }), tried);
  });

  it("says why a changed text does not run, and leaves advice alone", async () => {
    const { finding, trials } = await trialsOf(sigmoids);
    const whole = { file, line: 1, column: 1, endLine: 1, endColumn: 1 };
    const edits = [{ site: whole, newText: "throw new Error('no');\n" }];
    const tried = await trials.try(finding, { title: "", detail: "", edits });
    assert.deepEqual([tried?.cured, tried?.seeds], [false, 1]);
    assert.match(tried?.failure ?? "", /no/);
    assert.equal(await trials.try(finding, { title: "", detail: "" }), null);
  });
});

describe("a trial of a fix that starves a layer", () => {
  const { engine } = openEngine();
  after(() => engine.dispose());
  const file = "/models/net.ts";
  const text = `import { crossEntropy, data, manualSeed, nn, relu } from "gradlens";

manualSeed(3);
const { images, labels } = data.digits({ count: 32 });
const first = new nn.Linear(64, 16);
const second = new nn.Linear(16, 10);
export const loss = () => crossEntropy(second.forward(relu(first.forward(images))).softmax(1), labels);
`;

  /** What a change of the last line does; that it starves is no finding of its own with these rules off. */
  const tryLine = async (expression: string) => {
    const limits = { "no-gradient": false, "zero-gradient": false, "vanishing-gradient": false } as const;
    const params = paramsFor(file, { overlays: { [file]: text }, diagnosis: { limits } });
    const report = reportOf(await engine.trace(params));
    const [finding] = report.findings;
    assert.equal(finding?.rule, "double-softmax");
    const site = { file, line: 7, column: 1, endLine: 8, endColumn: 1 };
    const edits = [{ site, newText: `export const loss = () => crossEntropy(${expression}, labels);\n` }];
    const trials = new Trials(engine, { params, report, readText: () => text });
    return trials.try(finding, { title: "", detail: "", edits });
  };
  const starvedIn = (tried: FixTrial | null) =>
    tried?.gradients.flatMap(({ parameter, isStarved }) => (isStarved ? [parameter] : [])).toSorted();

  it("does not call it cured, and names the parameters", async () => {
    const cut = await tryLine("second.forward(relu(first.forward(images)).detach())");
    assert.equal(cut?.cured, false);
    assert.deepEqual(starvedIn(cut), ["first.bias", "first.weight"]);
    assert.deepEqual(
      cut?.gradients.slice(0, 2).map((each) => each.after),
      [null, null],
    );
    const shrunk = await tryLine("second.forward(relu(first.forward(images).mul(1e-7)))");
    assert.deepEqual(starvedIn(shrunk), ["first.bias", "first.weight", "second.weight"]);
  });

  it("calls a cure one that only changes their size", async () => {
    const tried = await tryLine("second.forward(relu(first.forward(images))).mul(1e-3)");
    assert.deepEqual([tried?.cured, starvedIn(tried)], [true, []]);
    const norms = tried?.gradients.map(({ parameter }) => parameter);
    assert.deepEqual(norms?.toSorted(), ["first.bias", "first.weight", "second.bias", "second.weight"]);
  });
});

describe("what a trial calls a cure", () => {
  const finding = { rule: "a" } as Finding;
  const fix: Fix = {
    title: "",
    detail: "",
    edits: [{ site: { file: "/m.ts", line: 1, column: 1, endLine: 1, endColumn: 1 }, newText: "x" }],
  };
  const measured = (value: number): RuleMeasure => ({ rule: "a", label: "norm", value });

  /** Runs that find these rules: with and without the fix, by the shift of the seeds. */
  async function judge(fixed: readonly string[][], plain: readonly string[][] = [["a"], ["a"], ["a"]]) {
    const runs: TraceParams[] = [];
    const trace = async (params: TraceParams): Promise<TraceResult> => {
      runs.push(params);
      const shift = params.seedShift ?? 0;
      const found = (params.overlays["/m.ts"]?.startsWith("x") ? fixed : plain)[shift] ?? [];
      const findings = found.map((rule) => ({ rule }));
      const measures = [measured(10 + shift)];
      return { report: { findings, measures, failure: null, parameters: [], scopes: [] } } as never;
    };
    const subject = {
      params: paramsFor("/m.ts"),
      report: {
        findings: (plain[0] ?? []).map((rule) => ({ rule }) as Finding),
        measures: [measured(1)],
        parameters: [],
        scopes: [],
      },
      readText: () => "text",
    };
    const tried = await new Trials({ trace } satisfies Runs, subject).try(finding, fix);
    return { ...tried, runs: runs.length };
  }

  it("is that the finding is gone with every seed and no new one came", async () => {
    const effect = { label: "norm", before: 1, after: 11 };
    assert.deepEqual(await judge([[], [], []]), {
      cured: true,
      seeds: 3,
      effect,
      added: [],
      removed: [],
      gradients: [],
      failure: null,
      // Beside the run with each other seed stands one without the fix.
      runs: 5,
    });
    assert.deepEqual((await judge([[], ["a"], []])).cured, false);
    assert.deepEqual((await judge([["a"], [], []])).runs, 1);
  });

  it("is none where another finding comes, unless it was there with that seed before", async () => {
    const brings = await judge([["b"], [], []]);
    assert.deepEqual([brings.cured, brings.added], [false, ["b"]]);
    const later = await judge([[], [], ["b"]]);
    assert.deepEqual([later.cured, later.added], [false, ["b"]]);
    assert.equal((await judge([[], ["b"], []], [["a"], ["a", "b"], ["a"]])).cured, true);
  });

  it("says which other findings go with it, whatever the seed", async () => {
    const plain = [["a", "b", "c"], ["a", "b", "c"], ["a"]]; // biome-ignore format: a row a seed
    assert.deepEqual((await judge([[], [], []], plain)).removed, ["b", "c"]);
    assert.deepEqual((await judge([[], ["c"], []], plain)).removed, ["b"]);
  });
});
