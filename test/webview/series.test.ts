// What the rows of the gradients panel are called where there is little room.
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { depthRows, layerRows, parameterRows, thresholds } from "../../webview/gradients/series";
import { deepSigmoid } from "./reports";

describe("panels: short names of rows", () => {
  const report = deepSigmoid();
  const ends = (name: string) => name.split(".").slice(-2).join(".");

  it("are the end of a path, and of an operation without a name that of its layer", () => {
    for (const { name, short } of [...layerRows(report, "norm"), ...parameterRows(report, "norm")])
      assert.equal(short, ends(name));
    const named = { ...report, nodes: report.nodes.map((node) => ({ ...node, name: null })) };
    for (const { node, short } of depthRows(named, "norm")) {
      const { op, scope } = named.nodes[node] ?? assert.fail();
      assert.equal(short, ends(named.scopes[scope]?.path || op));
    }
  });

  it("keep the number of a name that held several, whatever stands in it", () => {
    const twice = { ...report, nodes: report.nodes.map((node) => ({ ...node, name: "a b#1.c" })) };
    const shown = depthRows(twice, "norm").map(({ name, short }) => [name, short] as const);
    assert.ok(shown.length > 1);
    for (const [name, short] of shown) assert.equal(short, name);
  });
});

describe("panels: lines for the limits of rules", () => {
  const report = deepSigmoid();
  const [finding] = report.findings;
  const lines = (evidence: Readonly<Record<string, number | string>>) =>
    thresholds({ ...report, findings: finding ? [{ ...finding, evidence }] : [] }, "rms");

  it("stand where a rule says which measure its limit is one of", () => {
    assert.deepEqual(lines({ limit: 3e-7, measure: "rms" }), [{ name: "vanishing", value: 3e-7 }]);
    assert.deepEqual(lines({ limit: 3e-7, measure: "norm" }), []);
    assert.deepEqual(lines({ limit: 1e-3, ratio: 1e-9 }), []);
  });
});
