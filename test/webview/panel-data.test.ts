// What the panels make of a report before they draw anything.
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import type { Check } from "../../engine/report/report";
import { checkGroups, summary } from "../../webview/checks/rows";
import { depthRows, layerRows, parameterRows, thresholds } from "../../webview/gradients/series";
import { nodesCsv } from "../../webview/graph/nodes-csv";
import { nodeNames } from "../../webview/node-names";
import { reducers } from "../../webview/reduce";
import { deepSigmoid, ReportBuilder, someChecks, statsOf, sumTimes } from "./reports";
import { bytesOf } from "./trace-of";

const start = {
  trace: { kind: "empty" },
  report: null,
  diagnosis: { findings: [], measures: [] },
  diagnosing: { kind: "ready" },
  checks: [],
  stale: false,
  before: null,
  isCompared: false,
  interrupted: null,
  checking: null,
  findings: null,
  trials: [],
  saved: null,
} as const;

describe("panels: gradients", () => {
  it("adds the parameters of a layer up as one vector, in the model's order", () => {
    const b = new ReportBuilder();
    const layer = b.scope("net.fc", "Linear");
    const parameter = { op: "parameter", kind: "parameter" as const, scope: layer };
    b.node({ ...parameter, name: "net.fc.weight", shape: [3, 4], grad: statsOf(12, 3) });
    b.node({ ...parameter, name: "net.fc.bias", shape: [4], grad: statsOf(4, 4) });
    const [row] = layerRows(b.build(), "norm");
    assert.deepEqual([row?.name, row?.kind, row?.norm], ["net.fc", "norm", 5]);
    assert.equal(layerRows(b.build(), "rms")[0]?.norm, 5 / 4);
  });

  it("tells zero, not finite and none apart", () => {
    const b = new ReportBuilder();
    const grads = [statsOf(1, 0), { ...statsOf(1, 1), nonFinite: 1 }, null];
    for (const grad of grads) b.node({ op: "parameter", kind: "parameter", grad });
    assert.deepEqual(
      parameterRows(b.build(), "norm").map(({ kind }) => kind),
      ["zero", "nonFinite", "none"],
    );
  });

  it("lists the operations from the input to the loss, named by variable or layer", () => {
    const names = depthRows(deepSigmoid(2), "norm").map(({ name }) => name);
    assert.deepEqual(names.slice(0, 4), ["net.fc1 transpose", "net.fc1 matmul", "net.fc1 add", "h1"]);
    assert.equal(names.at(-1), "loss");
  });

  it("draws a finding's limit only over what the rule compares with it", () => {
    const report = deepSigmoid();
    assert.deepEqual(thresholds(report, "rms"), [{ name: "vanishing", value: 3e-7 }]);
    assert.deepEqual(thresholds(report, "norm"), []);
  });
});

describe("panels: names", () => {
  it("number the tensors that one variable held", () => {
    const b = new ReportBuilder();
    for (const name of ["x", "y", "x", null]) b.node({ op: "div", name });
    assert.deepEqual(nodeNames(b.build()), ["x #1", "y", "x #2", "div"]);
  });

  it("stand in the table of all nodes with full precision", () => {
    const lines = nodesCsv(sumTimes()).split("\r\n");
    assert.equal(lines.length, 6);
    assert.match(lines[4] ?? "", /^3,q,add,,scalar,3,4,0,1\.4142135623730951,/);
  });
});

describe("panels: checks", () => {
  it("give every parameter a row, checked or not, by layer", () => {
    const groups = checkGroups(deepSigmoid(3), someChecks());
    assert.deepEqual(
      groups.map(
        ({ target, rows }) =>
          `${target}: ${rows.map(({ parameter, check }) => `${parameter} ${check?.verdict}`)}`,
      ),
      [
        "net.fc1: weight ok,bias ok",
        "net.fc2: weight wrong-derivative,bias kink",
        "net.fc3: weight noise-floor,bias undefined",
        "reverse: v intended",
        "conv: weight unfinished",
        "affine:  not-checked",
      ],
    );
    assert.equal(
      summary(groups),
      "2 ok · 1 kink · 1 lost in rounding · 1 intended · 1 wrong derivative · 1 unfinished · 1 not checked · 1 not checked yet",
    );
  });

  it("list what was checked and is no layer, and parameters of no layer", () => {
    const [check] = someChecks() as [Check];
    const own = { ...check, target: "swish", parameter: "x" };
    assert.deepEqual(
      checkGroups(sumTimes(), [own]).map(({ target, rows }) => [target, rows.length]),
      [
        ["", 3],
        ["swish", 1],
      ],
    );
  });
});

describe("panels: checks of one name", () => {
  it("are counted, so that each has numbers of its own", () => {
    const [check] = someChecks() as [Check];
    const call = { ...check, target: "swish", parameter: "x" };
    const groups = checkGroups(sumTimes(), [call, { ...call, verdict: "kink" }]);
    const rows = groups.find(({ target }) => target === "swish")?.rows ?? [];
    assert.deepEqual(
      rows.map(({ check: each, nth }) => [each?.verdict, nth]),
      [
        ["ok", 0],
        ["kink", 1],
      ],
    );
  });
});

describe("panels: state", () => {
  const quiet = {
    file: "/models/model.ts",
    diagnosing: { kind: "ready" },
    stale: false,
    isCompared: false,
    interrupted: null,
    checking: null,
    findings: null,
    trials: [],
    saved: null,
  } as const;
  const ready = { ...quiet, trace: { kind: "ready" } } as const;

  it("keeps the report and the checks through changes of state", () => {
    const report = sumTimes();
    const traced = reducers.state(reducers.trace(start, { bytes: bytesOf(report) }), ready);
    const checks = someChecks();
    const checked = reducers.checks(traced, { checks });
    const running = reducers.state(checked, {
      ...quiet,
      trace: { kind: "running", message: "Running" },
      stale: true,
    });
    assert.ok(
      running.report === traced.report &&
        running.report?.run === report.run &&
        running.checks === checks &&
        running.stale,
    );
    const checking = { target: "net.fc1", fraction: 0.5, doing: "" };
    assert.deepEqual(reducers.state(running, { ...ready, checking }).checking, checking);
  });

  it("keeps the report when its diagnosis comes", () => {
    const report = deepSigmoid();
    const bare = { ...report, findings: [], isUndiagnosed: true };
    const traced = reducers.trace(start, { bytes: bytesOf(bare) });
    assert.deepEqual([traced.report?.isUndiagnosed, traced.diagnosis.findings], [true, []]);
    const diagnosed = reducers.diagnosis(traced, { findings: report.findings, measures: [] });
    assert.ok(diagnosed.report === traced.report);
    assert.deepEqual(diagnosed.diagnosis.findings, report.findings);
  });

  it("the run before is one that comes, or the one that was shown", () => {
    const bytes = bytesOf(sumTimes());
    const shown = reducers.trace(start, { bytes });
    const next = reducers.trace(reducers.before(shown, { bytes: null, isShown: true }), { bytes });
    assert.ok(next.before === shown.report && next.report !== shown.report);
    assert.equal(reducers.before(next, { bytes: null, isShown: false }).before, null);
    assert.equal(reducers.before(next, { bytes, isShown: false }).before?.nodes.length, 5);
  });

  it("keeps what says the same of a check that did not come to its end, so that its buttons stay", () => {
    const interrupted = { target: null, reason: "cancelled", message: "stopped", hint: null } as const;
    const stopped = reducers.state(start, { ...ready, interrupted });
    const stale = reducers.state(stopped, { ...ready, interrupted: { ...interrupted }, stale: true });
    assert.equal(stale.interrupted, stopped.interrupted);
    assert.equal(reducers.state(stale, ready).interrupted, null);
  });
});
