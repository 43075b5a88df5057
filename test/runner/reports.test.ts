// SARIF and JUnit of `gradlens check`, and SARIF of `gradlens trace`: right by their formats, with the places and the numbers of the check.
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { XMLParser, XMLValidator } from "fast-xml-parser";
import { describe, it } from "mocha";
import type { Log, PhysicalLocation } from "sarif";
import { giveVerdict } from "../../engine/check/judging/verdict";
import { toJUnit } from "../../engine/cli/junit";
import { toSarif } from "../../engine/cli/sarif";
import { rules } from "../../engine/diagnose";
import type { Report } from "../../engine/report/report";
import { gradlens } from "./command";
import { root } from "./engine";
import { brokenSarif } from "./sarif-rules";

const deepSigmoid = "media/examples/deep-sigmoid.ts";
const wrongScale = "test/fixtures/runner/wrong-scale.js";

function readSarif(text: string) {
  const log = JSON.parse(text) as Log;
  assert.deepEqual(brokenSarif(log), []);
  const [run] = log.runs;
  assert.ok(run);
  return { run, results: run.results ?? [] };
}

/** The text of the file under a region. */
function textAt({ artifactLocation, region }: PhysicalLocation = {}): string {
  const lines = readFileSync(join(root, artifactLocation?.uri ?? ""), "utf8").split("\n");
  const { startLine = 0, startColumn = 0, endLine, endColumn } = region ?? {};
  assert.equal(endLine, startLine);
  return lines[startLine - 1]?.slice(startColumn - 1, Number(endColumn) - 1) ?? "";
}

interface TestCase {
  readonly "@name": string;
  readonly "@classname": string;
  readonly failure?: { readonly "@type": string; readonly "@message": string; readonly "#text": string };
  readonly error?: { readonly "@type": string; readonly "@message": string };
}

function readJUnit(xml: string) {
  assert.equal(XMLValidator.validate(xml), true);
  const options = {
    ignoreAttributes: false,
    attributeNamePrefix: "@",
    isArray: (name: string) => name === "testcase",
  };
  const { testsuites } = new XMLParser(options).parse(xml);
  const suite = testsuites.testsuite;
  const counted = (name: string) => suite.testcase.filter((each: object) => name in each).length;
  assert.equal(suite["@tests"], String(suite.testcase.length));
  assert.equal(suite["@failures"], String(counted("failure")));
  assert.equal(suite["@errors"], String(counted("error")));
  return { name: suite["@name"] as string, cases: suite.testcase as TestCase[] };
}

describe("reports of a trace", () => {
  const model = `import { nn, randn } from "gradlens";
import { mseLoss } from "gradlens";
const layer = new nn.Linear(4, 1);
export const loss = () => mseLoss(layer.forward(randn([16, 4])), randn([16]));
`;

  const traced = async (text: string, ...options: string[]) => {
    const folder = mkdtempSync(join(tmpdir(), "gradlens-"));
    try {
      const path = join(folder, "model.ts");
      writeFileSync(path, text);
      const { code, out } = await gradlens("trace", path, "--sarif", "-", ...options);
      return { code, ...readSarif(out) };
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  };

  it("hold findings with the record of their rule, and the code that was asked for", async () => {
    const { code, run, results } = await traced(model, "--fail-on", "warning");
    assert.equal(code, 1);
    assert.deepEqual(
      results.map(({ ruleId, suppressions }) => [ruleId, suppressions]),
      [["diagnosis/broadcast-loss", undefined]],
    );
    const { title, page } = rules.find(({ id }) => id === "broadcast-loss") ?? assert.fail("no such rule");
    const told = run.tool.driver.rules?.find(({ id }) => id === "diagnosis/broadcast-loss");
    assert.equal(told?.shortDescription?.text, title);
    assert.equal(told?.fullDescription?.text, page.meaning);
    for (const text of Object.values(page)) assert.ok(told?.help?.markdown?.includes(text), text);
  });

  it("hold the fixes, whose replacements are those of the finding", async () => {
    const twice = `import { crossEntropy, nn, randn, softmax, tensor } from "gradlens";
const layer = new nn.Linear(4, 3);
const labels = tensor([0, 1, 2, 0], { dtype: "int32" });
export const loss = () => crossEntropy(softmax(layer.forward(randn([4, 4])), { dim: 1 }), labels);
`;
    const { results } = await traced(twice);
    const folder = mkdtempSync(join(tmpdir(), "gradlens-"));
    try {
      const path = join(folder, "model.ts");
      writeFileSync(path, twice);
      const { findings } = JSON.parse((await gradlens("trace", path, "--json")).out) as Report;
      const edits = findings.flatMap(({ fixes }) => fixes.flatMap((fix) => fix.edits ?? []));
      const replaced = results
        .flatMap(({ fixes = [] }) => fixes.flatMap(({ artifactChanges }) => artifactChanges))
        .flatMap(({ replacements }) => replacements)
        .map(({ deletedRegion, insertedContent }) => [
          deletedRegion.startLine,
          deletedRegion.startColumn,
          insertedContent?.text ?? "",
        ]);
      assert.ok(edits.length > 0);
      assert.deepEqual(
        replaced,
        edits.map(({ site, newText }) => [site.line, site.column, newText]),
      );
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it("hold what a comment ignores as suppressed", async () => {
    const { code, results } = await traced(
      model.replace("([16]));", "([16])); // gradlens: ignore"),
      "--fail-on",
      "warning",
    );
    assert.equal(code, 0);
    assert.deepEqual(
      results.map(({ ruleId, suppressions }) => [ruleId, suppressions?.[0]?.kind]),
      [["diagnosis/broadcast-loss", "inSource"]],
    );
  });

  it("say why a model did not run, and are no JUnit files", async () => {
    const { code, run } = await traced("export const loss = () => 3;");
    assert.equal(code, 2);
    assert.equal(run.invocations?.[0]?.executionSuccessful, false);
    const refused = await gradlens("trace", wrongScale, "--junit", "x.xml");
    assert.equal(refused.code, 2);
    assert.match(refused.err, /--junit is for check/);
  });
});

describe("reports of a check", () => {
  it("say in SARIF which derivative is wrong, where it is made, with the parameter as related place", async () => {
    const { code, out } = await gradlens("check", wrongScale, "--sarif", "-");
    assert.equal(code, 1);
    const { results } = readSarif(out);
    const [wrong] = results;
    assert.deepEqual(
      [results.length, wrong?.ruleId, wrong?.level],
      [1, "gradcheck/wrong-derivative", "error"],
    );
    const place = wrong?.locations?.[0]?.physicalLocation;
    assert.deepEqual(place?.artifactLocation, { uri: wrongScale, uriBaseId: "SRCROOT" });
    assert.equal(textAt(place), "grad");
    assert.equal(textAt(wrong?.relatedLocations?.[0]?.physicalLocation), "parameter([1, -2, 3])");
  });

  it("hold findings too, and nothing for what is fine", async () => {
    const { code, out } = await gradlens("check", deepSigmoid, "--target", "net.output", "--sarif", "-");
    assert.equal(code, 0);
    const { run, results } = readSarif(out);
    assert.deepEqual(
      results.map(({ ruleId, level }) => [ruleId, level]),
      [["diagnosis/vanishing-gradient", "warning"]],
    );
    assert.ok((results[0]?.relatedLocations?.length ?? 0) > 1);
    assert.deepEqual(run.invocations, [{ executionSuccessful: true }]);
  });

  it("are JUnit files that a parser reads: a test for each parameter", async () => {
    const wrong = await gradlens("check", wrongScale, "--junit", "-");
    assert.equal(wrong.code, 1);
    const { name, cases } = readJUnit(wrong.out);
    assert.deepEqual([name, cases.map((each) => each["@name"])], [wrongScale, ["x"]]);
    assert.equal(cases[0]?.failure?.["@type"], "wrong-derivative");
    assert.match(cases[0]?.failure?.["#text"] ?? "", /wrong-scale\.js:7:28/);
    const right = await gradlens(
      "check",
      "media/examples/digits-mlp.ts",
      "--target",
      "net.fc2",
      "--junit",
      "-",
    );
    assert.equal(right.code, 0);
    assert.deepEqual(
      readJUnit(right.out).cases.map((each) => `${each["@classname"]} ${each["@name"]}`),
      ["net.fc2 weight", "net.fc2 bias"],
    );
  });

  it("are written to files besides the table, also when the model fails", async () => {
    const folder = mkdtempSync(join(tmpdir(), "gradlens-"));
    try {
      const [sarif, junit] = [join(folder, "checks.sarif"), join(folder, "checks.xml")];
      const files = ["--sarif", sarif, "--junit", junit];
      const fine = await gradlens("check", wrongScale, ...files);
      assert.match(fine.out, /✗ gradcheck: 1 wrong derivative · 3 elements compared/);
      assert.equal(readSarif(readFileSync(sarif, "utf8")).results.length, 1);
      const failed = await gradlens("check", "test/fixtures/hostile/shapes-do-not-match.ts", ...files);
      assert.equal(failed.code, 2);
      const [invocation] = readSarif(readFileSync(sarif, "utf8")).run.invocations ?? [];
      assert.equal(invocation?.executionSuccessful, false);
      const told = invocation?.toolExecutionNotifications?.[0]?.locations?.[0]?.physicalLocation;
      assert.equal(textAt(told), "matmul(x, w)");
      const [error] = readJUnit(readFileSync(junit, "utf8")).cases;
      assert.equal(error?.error?.["@type"], "model");
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it("refuse a place that cannot be written, and two reports on one stream", async () => {
    const nowhere = await gradlens("check", wrongScale, "--junit", "nowhere/checks.xml");
    assert.equal(nowhere.code, 2);
    assert.match(nowhere.err, /could not be written.*nowhere/);
    const both = await gradlens("check", wrongScale, "--junit", "-", "--json");
    assert.equal(both.code, 2);
    assert.match(both.out, /takes one of --json and --junit -/, "as JSON, which was asked for");
  });

  it("survive any name and any message", () => {
    const site = { file: join(root, "a b/größe#1.ts"), line: 2, column: 1, endLine: 2, endColumn: 5 };
    const message = 'a < b && c > "d" ]]> \u0007 \ud800 \uffff 😀\nnext';
    const check = giveVerdict({
      target: "<net>",
      parameter: 'w"&\n',
      site,
      verdict: "non-finite" as const,
      message,
      elements: 1,
      checked: 1,
      method: "every-element" as const,
      worst: {
        index: [0],
        analytic: Number.NaN,
        numeric: Infinity,
        absError: Number.NaN,
        relError: Number.NaN,
      },
      culprit: null,
      step: 1e-5,
      durationMs: 0,
    });
    const outcome = { file: site.file, checks: [check], findings: [], failure: null, tookMs: 0 };
    const { results } = readSarif(toSarif(outcome, "1.0.0"));
    const { artifactLocation } = results[0]?.locations?.[0]?.physicalLocation ?? {};
    assert.equal(artifactLocation?.uri, "a%20b/gr%C3%B6%C3%9Fe%231.ts");
    const [read] = readJUnit(toJUnit(outcome)).cases;
    assert.match(read?.failure?.["#text"] ?? "", /^a < b && c > "d" \]\]> /);
    assert.match(read?.failure?.["@message"] ?? "", /😀/);
  });
});

describe("the rules of SARIF", () => {
  it("find what breaks them", async () => {
    const { out } = await gradlens("check", wrongScale, "--sarif", "-");
    const breaks: [RegExp, RegExp, string][] = [
      [/version is/, /"version": "2.1.0"/, '"version": "2.0.0"'],
      [/is not relative/, /"uri": "test/, '"uri": "/test'],
      [/ends before/, /"endColumn": \d+/, '"endColumn": 1'],
      [/is no property/, /"message"/, '"massage"'],
      [/rule 3 is not/, /"ruleIndex": \d+/, '"ruleIndex": 3'],
      [/no base ROOT/, /"uriBaseId": "SRCROOT"/, '"uriBaseId": "ROOT"'],
    ];
    for (const [expected, found, replacement] of breaks)
      assert.match(brokenSarif(JSON.parse(out.replace(found, replacement))).join("\n"), expected);
  });
});
