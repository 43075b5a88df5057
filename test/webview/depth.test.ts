// What proves a finding that compares layers: their gradients in the order of the run, and where the culprit stands.
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import type { Finding } from "../../engine/report/report";
import { depthOf, wordsFor } from "../../webview/findings/depth";
import { deepSigmoid } from "./reports";

describe("panels: the depth of a finding", () => {
  const report = deepSigmoid();
  const [finding] = report.findings as readonly [Finding];
  const withEvidence = (evidence: Finding["evidence"]) => depthOf(report, { ...finding, evidence });

  it("is that of the weights of layers, with the culprit after those that ran before it", () => {
    const depth = depthOf(report, finding) ?? assert.fail("no depth");
    assert.equal(depth.rows.length, 12);
    assert.deepEqual([depth.rows[0]?.name, depth.rows[11]?.name], ["net.fc1", "net.fc12"]);
    assert.deepEqual(depth.culprit, { op: "sigmoid", after: 4 });
    assert.deepEqual([...depth.named], [0, 11]);
    assert.match(
      wordsFor(depth),
      /of 12 layers, log axis: .* in net\.fc1, .* in net\.fc12; sigmoid stands after net\.fc4$/,
    );
  });

  it("is shown where layers are counted or two are named, and not where one is", () => {
    assert.ok(withEvidence({ layers: 12 }));
    assert.ok(withEvidence({ a: "net.fc2", b: "net.fc5.weight" })?.named.has(4));
    assert.equal(withEvidence({ a: "net.fc2" }), null);
    assert.equal(withEvidence({ layers: 2 }), null);
  });

  it("has a limit only where the finding says of what it is one", () => {
    assert.equal(depthOf(report, finding)?.limit, finding.evidence.limit);
    assert.equal(withEvidence({ layers: 12, limit: 0.001 })?.limit, null);
  });
});
