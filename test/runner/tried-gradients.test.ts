/** Gradients of the same parameters before and after a fix, and which findings turned out to be symptoms. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import type { Finding, FixTrial, ReportParameter, ReportScope } from "../../engine/report/report";
import { symptomsByTrial } from "../../engine/report/symptoms-by-trial";
import { triedGradients, weightsIn } from "../../engine/runner/tried-gradients";

/** Linear layers of a Sequential at these places, each with a weight of ten elements and its norm. */
function sequential(norms: Readonly<Record<number, number | null>>) {
  const site = null;
  const scopes: ReportScope[] = [{ path: "", type: "", parent: null, site, gradNorm: null, parameters: 0 }];
  scopes.push({ path: "net", type: "Sequential", parent: 0, site, gradNorm: null, parameters: 0 });
  const parameters: ReportParameter[] = [];
  for (const [at, gradNorm] of Object.entries(norms)) {
    scopes.push({ path: `net.${at}`, type: "Linear", parent: 1, site, gradNorm, parameters: 10 });
    const scope = scopes.length - 1;
    parameters.push({ name: `net.${at}.weight`, node: scope, scope, shape: [10], gradNorm });
  }
  return weightsIn({ parameters, scopes });
}

describe("gradients before and after a fix", () => {
  it("are those of the same layers, though a fix moved them", () => {
    const pairs = triedGradients([[sequential({ 0: 1, 1: 2 }), sequential({ 0: 4, 2: 2 })]]);
    assert.deepEqual(pairs, [
      { parameter: "net.0.weight", before: 1, after: 4, isStarved: false },
      { parameter: "net.1.weight", before: 2, after: 2, isStarved: false },
    ]);
  });

  it("are medians over the seeds", () => {
    const runs = [1, 100, 3].map((norm) => [sequential({ 0: norm }), sequential({ 0: 2 * norm })] as const);
    assert.deepEqual(triedGradients(runs), [
      { parameter: "net.0.weight", before: 3, after: 6, isStarved: false },
    ]);
    const cut = [null, 100, null].map((norm) => [sequential({ 0: 1 }), sequential({ 0: norm })] as const);
    assert.equal(triedGradients(cut)[0]?.after, null);
  });

  const starved = (before: Parameters<typeof sequential>[0], after: Parameters<typeof sequential>[0]) =>
    triedGradients([[sequential(before), sequential(after)]]).flatMap(({ parameter, isStarved }) =>
      isStarved ? [parameter] : [],
    );

  it("are starved where a fix takes away what was there", () => {
    for (const none of [null, 0, Number.NaN])
      assert.deepEqual(starved({ 0: 1, 1: 1, 2: 1 }, { 0: 1, 1: none, 2: 1 }), ["net.1.weight"]);
    assert.deepEqual(starved({ 0: 1, 1: 1, 2: 1 }, { 0: 1, 1: 1e-6, 2: 1 }), ["net.1.weight"]);
  });

  it("are not where all of them change, where one was lost before, or where the last ones stay", () => {
    assert.deepEqual(starved({ 0: 1, 1: 1, 2: 1 }, { 0: 1e-6, 1: 1e-6, 2: 1e-6 }), []);
    assert.deepEqual(starved({ 0: 1, 1: 1e-9, 2: 1 }, { 0: 1, 1: 0, 2: 1 }), []);
    // A vanishing gradient mended, and one that exploded.
    assert.deepEqual(starved({ 0: 1e-9, 1: 1e-5, 2: 1 }, { 0: 0.5, 1: 0.5, 2: 0.5 }), []);
    assert.deepEqual(starved({ 0: 1e9, 1: 1e5, 2: 1 }, { 0: 1, 1: 1, 2: 1 }), []);
  });
});

describe("symptoms by trial", () => {
  const findings = ["a", "b", "c"].map((rule) => ({ rule }) as Finding);
  const trial = (finding: number, removed: readonly string[], cured = true) => {
    const outcome: FixTrial = {
      cured,
      seeds: 3,
      effect: null,
      added: [],
      removed,
      gradients: [],
      failure: null,
    };
    return { finding, fix: 0, outcome };
  };

  it("go with a cure of their cause, which their own cure leaves", () => {
    assert.deepEqual([...symptomsByTrial(findings, [trial(1, ["a"]), trial(0, [])])], [[0, 1]]);
    assert.deepEqual([...symptomsByTrial(findings, [trial(1, ["a"], false)])], []);
    assert.deepEqual([...symptomsByTrial(findings, [{ finding: 1, fix: 0, outcome: "trying" }])], []);
  });

  it("are those of the earlier one where each takes the other away", () => {
    assert.deepEqual([...symptomsByTrial(findings, [trial(1, ["a"]), trial(0, ["b"])])], [[1, 0]]);
  });

  it("belong to a cause that is nobody's symptom", () => {
    const chain = symptomsByTrial(findings, [trial(0, ["b"]), trial(2, ["a"])]);
    assert.deepEqual([...chain], [[1, 2], [0, 2]]); // biome-ignore format: pairs
  });
});
