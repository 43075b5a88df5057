/** What the engine process tells of a file that does more than compute: by the text's own marks, with their lines. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "mocha";
import { readTrace } from "../../engine/report/open-bytes";
import type { TableName } from "../../engine/report/schema";
import type { Trace } from "../../engine/report/trace";
import { pick, rowsOf } from "../engine/table-rows";
import { fixture, openEngine, paramsFor, reportOf } from "./engine";

describe("what a file does beside computing", () => {
  const { engine } = openEngine();
  let trace: Trace;
  before(async () => {
    const report = reportOf(await engine.trace(paramsFor(fixture("provenance/careless.ts"))));
    assert.equal(report.failure, null);
    trace = readTrace(report.bytes);
  });
  after(() => engine.dispose());
  const rows = (table: TableName, ...names: string[]) => pick(rowsOf(trace, table), ...names);

  it("is a training loop, with the loss at its end", () => {
    assert.deepEqual(rows("optimizers", "type", "site", "momentum", "steps", "clears"), [
      ["SGD", 23, 0.9, 3, 3],
    ]);
    const acts = rows("acts", "kind", "site");
    const step = [
      ["zeroGrad", 25],
      ["backward", 26],
      ["clip", 27],
      ["step", 28],
    ];
    assert.deepEqual(acts, [...step, ...step, ...step, ["loss", null]]);
  });

  it("is what it writes into weights, and which it freezes", () => {
    assert.deepEqual(rows("writes", "how", "site").toSorted(), [
      ["element", 18],
      ["element", 19],
      ["fill", 17],
      ["requiresGrad", 20],
    ]);
  });

  it("is which layers it makes anew in each step", () => {
    assert.deepEqual(
      rows("modules", "type", "site", "made").filter(([, , made]) => made === 1),
      [
        ["Linear", 10, 1],
        ["Linear", 10, 1],
      ],
    );
    assert.equal(rows("fresh", "node").length, 4);
  });

  it("is where values leave the graph, the last step's and the loss's own", () => {
    const cuts = rows("cuts", "how", "site", "to").map(([how, site, to]) => [how, site, to !== null]);
    assert.deepEqual(cuts, [
      ["data", 12, true],
      ["data", 12, true],
      ["data", 33, false],
      ["item", 34, false],
    ]);
  });
});

describe("steps that a file writes by itself", () => {
  const { engine } = openEngine();
  after(() => engine.dispose());

  it("stand where it writes, also under another name", async () => {
    const file = fixture("diagnosis/faulty/own-descent-too-fast.ts");
    const { findings } = reportOf(await engine.trace(paramsFor(file)));
    assert.deepEqual(
      findings.map(({ rule, site }) => [rule, site?.line]),
      [["learning-rate-edge", 14]],
    );
  });
});
