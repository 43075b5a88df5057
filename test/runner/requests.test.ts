/** The questions to an engine: all of them are answered, in their form or with a reason, and can be cancelled. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "mocha";
import type { OpenReport } from "../../engine/report/open-bytes";
import { isFailed } from "../../engine/report/questions";
import { requestNames, requests } from "../../engine/report/requests";
import { Engine } from "../../engine/runner/client";
import { fixture, openEngine, paramsFor, reportOf, root } from "./engine";
import { impostor } from "./impostor";

const file = "/models/questions.ts";
const overlays = {
  [file]: `import { parameter, sum } from "gradlens";
const w = parameter([1, 2]);
export const loss = () => sum(w);`,
};

const textOf = (answer: object) => (isFailed(answer) ? answer.failure.message : "an answer");

describe("questions to an engine", () => {
  const { engine } = openEngine();
  const folder = mkdtempSync(join(tmpdir(), "gradlens-questions-"));
  let report: OpenReport;
  let other: Engine | null = null;
  before(async () => {
    report = reportOf(await engine.trace(paramsFor(file, { overlays })));
  });
  after(() => {
    engine.dispose();
    other?.dispose();
    rmSync(folder, { recursive: true });
  });

  /** An engine whose process gives a right report, and then another answer. */
  const lying = async (answer: string) => {
    const script = join(folder, "impostor.js");
    const bytes = Buffer.from(report.bytes).toString("base64");
    const right = `{ trace: new Uint8Array(Buffer.from("${bytes}", "base64")) }`;
    writeFileSync(script, impostor(`method === "trace" ? ${right} : ${answer}`));
    other = new Engine({ script, folder: root });
    reportOf(await other.trace(paramsFor(file)));
    return other;
  };
  const values = { node: 0, of: "value", start: 0, count: 2 } as const;

  it("are those of the map, of which panels may ask some, with a form for what they ask", () => {
    const open = requestNames.filter((name) => requests[name].fromPanels !== null);
    assert.ok(open.length > 0 && !open.includes("trace") && !open.includes("check"));
    assert.equal(requests.values.fromPanels?.misfit({ ...values, of: "both" })?.at, ".of");
  });

  it("without an answer give the reason", async () => {
    assert.equal(textOf(await engine.ask("values", values)), "an answer");
    const none = await engine.ask("values", { ...values, node: 99 });
    assert.equal(textOf(none), "The last run has no tensor 99");
    const row = { target: "net", parameter: "v", nth: 0, start: 0, count: 1 };
    assert.match(textOf(await engine.ask("checkDetails", row)), /net\.v/);
    const { engine: fresh } = openEngine();
    assert.equal(textOf(await fresh.ask("values", values)), "There is no run to ask about");
  });

  it("about histograms are answered for the nodes of a range, and count every finite element", async () => {
    const odd = `import { parameter, sum, tensor } from "gradlens";
const w = parameter([1, 2, -3, 4]);
const x = tensor([0, NaN, Infinity, 5]);
export const loss = () => sum(w.mul(x));`;
    const { nodes } = reportOf(await engine.trace(paramsFor(file, { overlays: { [file]: odd } })));
    const answer = await engine.ask("histograms", { start: 1, count: 99 });
    assert.ok(!isFailed(answer));
    assert.equal(answer.nodes.length, nodes.length - 1);
    const elements = (counts: readonly number[] = []) => counts.reduce((sum, n) => sum + n, 0);
    for (const [i, { value, grad }] of answer.nodes.entries()) {
      const node = nodes[i + 1];
      assert.ok(node && value);
      assert.equal(elements(value.counts), node.value.size - node.value.nonFinite);
      assert.equal(grad === null, node.grad === null);
      if (grad && node.grad) assert.equal(elements(grad.counts), node.grad.size - node.grad.nonFinite);
      if (value.counts.length > 0)
        assert.deepEqual([value.low, value.high], [node.value.min, node.value.max]);
    }
    reportOf(await engine.trace(paramsFor(file, { overlays })));
  });

  it("about precision are answered for the last run, layer by layer", async () => {
    const answer = await engine.ask("precision", { precision: "fp8-e5m2" });
    assert.ok(!isFailed(answer));
    assert.equal(answer.precision, "fp8-e5m2");
    assert.equal(
      answer.layers.reduce((sum, { elements }) => sum + elements, 0),
      answer.all.elements,
    );
    assert.ok(answer.all.elements > 0);
    const { engine: fresh } = openEngine();
    assert.equal(textOf(await fresh.ask("precision", { precision: "fp16" })), "There is no run to ask about");
  });

  for (const answer of ["null", '"text"', "{ values: [1, 2], shape: [2] }", "{ failure: 3 }"])
    it(`are refused the answer ${answer}, and its process is ended`, async () => {
      const liar = await lying(answer);
      assert.match(textOf(await liar.ask("values", values)), /sent what it should not: answer.* is not /);
      assert.deepEqual([liar.isRunning, liar.hasTape], [false, false]);
    });

  it("whose answer nobody wants any more end, and the run stays", async () => {
    reportOf(await engine.trace(paramsFor(fixture("budget/slow.ts"))));
    const row = { target: "net", parameter: "weight", nth: 0, start: 0, count: 9 };
    const controller = new AbortController();
    const onProgress = () => controller.abort();
    const from = performance.now();
    const answer = await engine.ask("checkDetails", row, { unwanted: controller.signal, onProgress });
    assert.equal(isFailed(answer) && answer.failure.kind, "cancelled");
    assert.ok(performance.now() - from < 30_000);
    assert.equal(textOf(await engine.ask("values", values)), "an answer");
  });
});
