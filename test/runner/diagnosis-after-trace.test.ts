/** The diagnosis follows the trace: what is known before it, and what becomes of a run whose diagnosis does not come. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "mocha";
import { type OpenReport, openBytes } from "../../engine/report/open-bytes";
import { isFailed } from "../../engine/report/questions";
import { openSaved } from "../../engine/report/saved-trace";
import { Engine } from "../../engine/runner/client";
import { failureOf, openEngine, paramsFor, reportOf, root } from "./engine";
import { impostor } from "./impostor";

const file = join(root, "media/examples/deep-sigmoid.ts");
const rulesOf = ({ findings }: OpenReport) => findings.map(({ rule }) => rule);

describe("the diagnosis after a trace", () => {
  const { engine } = openEngine();
  const folder = mkdtempSync(join(tmpdir(), "gradlens-diagnosis-"));
  /** The trace as it came before its diagnosis. */
  let early: OpenReport;
  const others: Engine[] = [];
  before(async () => {
    reportOf(await engine.trace(paramsFor(file), { onTrace: (report) => (early = report) }));
  });
  after(() => {
    for (const each of [engine, ...others]) each.dispose();
    rmSync(folder, { recursive: true });
  });

  /** An engine whose process gives that trace, and then an answer about its diagnosis. */
  const lying = (answer: string) => {
    const script = join(folder, `impostor-${others.length}.js`);
    const bytes = Buffer.from(early.bytes).toString("base64");
    const right = `{ trace: new Uint8Array(Buffer.from("${bytes}", "base64")) }`;
    writeFileSync(script, impostor(`method === "trace" ? ${right} : ${answer}`));
    const other = new Engine({ script, folder: root });
    others.push(other);
    return other;
  };

  it("comes with the result: the same run, whose bytes hold both", async () => {
    const told: OpenReport[] = [];
    const report = reportOf(await engine.trace(paramsFor(file), { onTrace: (each) => told.push(each) }));
    const [trace] = told;
    assert.ok(trace && told.length === 1);
    assert.deepEqual([trace.isUndiagnosed, rulesOf(trace), trace.measures], [true, [], []]);
    assert.deepEqual([report.isUndiagnosed, rulesOf(report)], [undefined, ["vanishing-gradient"]]);
    assert.deepEqual([report.run, report.loss], [trace.run, trace.loss]);
    // What was computed of the trace is not computed again.
    assert.ok(report.nodes === trace.nodes);
    const opened = openBytes(report.bytes);
    assert.equal(opened.isUndiagnosed, undefined);
    assert.deepEqual(opened.findings, report.findings);
    assert.deepEqual(opened.measures, report.measures);
    assert.deepEqual(opened.lookedFor, report.lookedFor);
    assert.deepEqual(opened.nodes.at(-1)?.value, trace.nodes.at(-1)?.value);
  });

  it("leaves questions about the run an answer meanwhile, and a trace that is saved is whole", async () => {
    const meanwhile: Promise<object>[] = [];
    const onTrace = () => {
      assert.equal(engine.hasTape, true);
      meanwhile.push(engine.ask("values", { node: 0, of: "value", start: 0, count: 2 }));
      meanwhile.push(engine.ask("save", { checks: [], findings: [], savedAt: 0 }));
    };
    const report = reportOf(await engine.trace(paramsFor(file), { onTrace }));
    const [values, saved] = await Promise.all(meanwhile);
    assert.ok(values && !isFailed(values) && saved && "bytes" in saved);
    const kept = openSaved(saved.bytes as Uint8Array).report;
    assert.deepEqual([kept.isUndiagnosed, kept.findings], [undefined, report.findings]);
  });

  it("is stopped with the run kept, also for the next run that comes in between", async () => {
    const controller = new AbortController();
    const onTrace = () => controller.abort();
    const stopped = await engine.trace(paramsFor(file), { signal: controller.signal, onTrace });
    assert.equal(failureOf(stopped)?.kind, "cancelled");
    assert.deepEqual([engine.isRunning, engine.hasTape], [true, true]);
    const values = await engine.ask("values", { node: 0, of: "value", start: 0, count: 2 });
    assert.ok(!isFailed(values));
    const unwanted = new AbortController();
    const next = await new Promise<OpenReport>((resolve, reject) => {
      const again = () => {
        unwanted.abort();
        engine.trace(paramsFor(file)).then((result) => resolve(reportOf(result)), reject);
      };
      void engine.trace(paramsFor(file), { unwanted: unwanted.signal, onTrace: again });
    });
    assert.deepEqual(rulesOf(next), ["vanishing-gradient"]);
  });

  it("is told to have ended with the process, when that ends in between", async () => {
    const { engine: other } = openEngine();
    others.push(other);
    const result = await other.trace(paramsFor(file), { onTrace: () => other.kill() });
    assert.equal(failureOf(result)?.kind, "cancelled");
  });

  it("gives the reason when it fails, and refuses findings about nothing", async () => {
    const failure = `{ kind: "internal", message: "a rule fell over", hint: null, site: null, stack: [] }`;
    const failed = await lying(`{ failure: ${failure} }`).trace(paramsFor(file));
    assert.equal(failureOf(failed)?.message, "a rule fell over");
    const finding = `{ rule: "a", severity: "info", headline: "", explanation: "", message: "", site: null, node: 9999, evidence: {}, related: [], fixes: [] }`;
    const wrong = await lying(`{ findings: [${finding}], measures: [] }`).trace(paramsFor(file));
    assert.match(failureOf(wrong)?.message ?? "", /diagnosis\.findings\[0\] is not the row of a node/);
    const formless = await lying(`{ findings: 3, measures: [] }`).trace(paramsFor(file));
    assert.match(failureOf(formless)?.message ?? "", /sent what it should not: answer/);
  });
});
