/** What a comment leaves out is kept and counted; one that leaves out nothing is told. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import * as g from "../../../engine/index";
import type { DiagnosisSettings } from "../../../engine/report/questions";
import type { Failure } from "../../../engine/report/report";
import { recordTrace } from "../../../engine/tracing/record-trace";
import { lineSite, onLine, sampleRun } from "../sample-run";

/** The rows of a batch stand beside each other in the loss of line 7. */
function broadcast(): g.Tensor {
  g.manualSeed(0);
  const layer = onLine(3, () => new g.nn.Linear(4, 1));
  const prediction = onLine(5, () => layer.forward(g.randn([16, 4])));
  return onLine(7, () => g.mseLoss(prediction, g.randn([16])));
}
const rule = "broadcast-loss";

interface Setting {
  readonly diagnosis?: DiagnosisSettings;
  readonly failure?: Failure;
}

/** What is told and what is not, with a comment in line 30 that is about `line`. */
function reportWith(line: number, rules: readonly string[], { diagnosis, failure }: Setting = {}) {
  const run = sampleRun(broadcast);
  const ignores = () => [{ comment: lineSite(30), line, rules }];
  const sources = { ...run.sources, ignores };
  const { report } = recordTrace({ ...run, sources, diagnosis, failure: failure ?? null });
  const unused = report.findings.find((each) => each.rule === "unused-ignore");
  return {
    told: report.findings.map((each) => each.rule),
    ignored: report.ignored?.map(({ finding, comment }) => [finding.rule, finding.site?.line, comment.line]),
    said: unused?.message ?? "",
    edits: unused?.fixes[0]?.edits,
  };
}

describe("findings that a comment ignores", () => {
  it("are not told, but counted, with their place and that of the comment", () => {
    assert.deepEqual(reportWith(99, [rule]).told[0], rule);
    for (const rules of [[], [rule]]) {
      const { told, ignored } = reportWith(7, rules);
      assert.deepEqual(told, []);
      assert.deepEqual(ignored, [[rule, 7, 30]]);
    }
  });

  it("are those of the line and the rules only; a comment that ignores nothing is told, and may be removed", () => {
    const elsewhere = reportWith(8, []);
    assert.deepEqual(elsewhere.told, [rule, "unused-ignore"]);
    assert.deepEqual(elsewhere.ignored, []);
    assert.match(elsewhere.said, /no rule finds anything in line 8/);
    assert.deepEqual(elsewhere.edits, [{ site: lineSite(30), newText: "" }]);
    const other = reportWith(7, ["dead-units"]);
    assert.deepEqual(other.told, [rule, "unused-ignore"]);
    assert.match(other.said, /"dead-units" finds nothing in line 7/);
    const both = reportWith(7, ["dead-units", rule]);
    assert.deepEqual(both.told, ["unused-ignore"]);
    assert.match(both.said, /"dead-units" finds/);
    assert.doesNotMatch(both.said, /"broadcast-loss"/);
  });

  it("are not those of a rule that there is not", () => {
    const { told, said } = reportWith(7, ["broadcast"]);
    assert.deepEqual(told, [rule, "unused-ignore"]);
    assert.match(said, /names "broadcast", and there is no such rule/);
  });

  it("may be another preset's: a rule that did not look leaves no comment unused", () => {
    assert.deepEqual(reportWith(7, ["torchlens/dead-relu"]).told, [rule]);
    assert.deepEqual(reportWith(7, [rule], { diagnosis: { preset: "torchlens" } }).told, []);
    const off = { diagnosis: { limits: { "dead-units": false } } };
    assert.deepEqual(reportWith(7, ["dead-units"], off).told, [rule]);
  });

  it("are not missed in a run that did not reach its end", () => {
    const failure: Failure = { kind: "model", message: "no", hint: null, site: null, stack: [] };
    assert.deepEqual(reportWith(8, [], { failure }).told, [rule]);
  });
});
