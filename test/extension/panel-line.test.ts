// The line between a panel's page and the extension: news, questions with answers, reasons and cancellation, and how large news are.
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { CancellationTokenSource } from "vscode-jsonrpc/node";
import type { PanelRequest } from "../../engine/report/requests";
import { PanelLine, type PanelListener } from "../../extension/panels/panel-line";
import { newsFor, type PanelKnowledge } from "../../extension/panels/panel-news";
import type { StateNews } from "../../webview/protocol";
import { type Envelope, openWire } from "../../webview/wire";
import { ReportBuilder, someChecks, statsOf, sumTimes } from "../webview/reports";
import { opened } from "../webview/trace-of";

/** A message as VS Code brings it over: JSON, and typed arrays as they are. */
function carried(value: unknown): unknown {
  const views: unknown[] = [];
  const text = JSON.stringify(value, (_, each: unknown) =>
    ArrayBuffer.isView(each) ? { view: views.push(each) - 1 } : each,
  );
  return JSON.parse(text, (_, each) => (typeof each?.view === "number" ? views[each.view] : each));
}

type Answering = (params: object, signal: AbortSignal) => Promise<object>;

/** A line whose extension answers every question with `answer`, and the pages at its other end. */
function openLine(answer: Answering) {
  const heard: unknown[] = [];
  const failed: unknown[] = [];
  let toPage: (envelope: Envelope) => void = () => undefined;
  const note = (name: string) => (news: unknown) => heard.push(name, news);
  const heed = Object.fromEntries(["ready", "reveal", "check", "save"].map((name) => [name, note(name)]));
  const line = new PanelLine((envelope) => toPage(carried(envelope) as Envelope), {
    // Of what panels tell, some will do.
    heed: heed as unknown as PanelListener["heed"],
    answer: ((_: PanelRequest, params: object, signal: AbortSignal) =>
      answer(params, signal)) as PanelListener["answer"],
    fail: (error) => failed.push(error),
  });
  const load = (page: string) => {
    const wire = openWire(page, (envelope) => line.take(carried(envelope)));
    toPage = wire.take;
    wire.connection.listen();
    return wire.connection;
  };
  return { line, load, heard, failed };
}

const values = { node: 1, of: "value", start: 0, count: 3 } as const;
const settled = () => new Promise((resolve) => setTimeout(resolve, 20));

describe("the line to a panel", () => {
  it("carries news both ways, numbers that JSON has no word for, and typed arrays", async () => {
    const { line, load, heard, failed } = openLine(async () => ({}));
    const page = load("a");
    const got: unknown[] = [];
    page.onNotification("select", (news) => void got.push(news));
    line.tell("select", { node: 1 });
    page.sendNotification("check", { target: "net", odd: [Number.NaN, -Infinity] });
    page.sendNotification("save", { name: "a.png", bytes: Uint8Array.of(1, 2) });
    await settled();
    line.tell("select", { node: 2 });
    await settled();
    // Before its first word there is no page.
    assert.deepEqual(got, [{ node: 2 }]);
    assert.deepEqual(heard, [
      "check",
      { target: "net", odd: [Number.NaN, -Infinity] },
      "save",
      { name: "a.png", bytes: Uint8Array.of(1, 2) },
    ]);
    assert.deepEqual(failed, []);
    line.dispose();
  });

  it("brings an answer, or the reason why there is none", async () => {
    const elements = { values: Float64Array.of(1, Number.NaN), shape: [2] };
    const { line, load } = openLine(async (params) => {
      if ("node" in params && params.node === 1) return elements;
      throw new Error("The run is over");
    });
    const page = load("a");
    assert.deepEqual(await page.sendRequest("values", values), elements);
    await assert.rejects(page.sendRequest("values", { ...values, node: 2 }), { message: "The run is over" });
    await assert.rejects(page.sendRequest("values", { ...values, count: -1 }), {
      message: "values.count is not a whole number that is not negative",
    });
    for (const name of ["trace", "check", "nothing"])
      await assert.rejects(page.sendRequest(name, values), /Unhandled method/);
    line.dispose();
  });

  it("lets a question that nobody wants any more end at the engine", async () => {
    let ended = 0;
    const endless: Answering = (_, signal) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener("abort", () => reject(new Error(`ended ${++ended}`)));
      });
    const { line, load } = openLine(endless);
    const page = load("a");
    const source = new CancellationTokenSource();
    const asked = page.sendRequest(
      "checkCurve",
      { target: "", parameter: "w", nth: 0, index: 0 },
      source.token,
    );
    setTimeout(() => source.cancel(), 5);
    await assert.rejects(asked, { message: "ended 1" });
    page.sendRequest("values", values).catch(() => undefined);
    await settled();
    line.dispose();
    assert.equal(ended, 2);
  });

  it("ends what a page had asked when another one comes, which never gets the answers of the first", async () => {
    const ends: (() => void)[] = [];
    const { line, load } = openLine(
      (params, signal) =>
        new Promise((resolve) => {
          ends.push(() => resolve({ values: Float64Array.of(signal.aborted ? 1 : 0), shape: [], ...params }));
        }),
    );
    load("a")
      .sendRequest("values", values)
      .catch(() => undefined);
    await settled();
    const second = load("b").sendRequest<object>("values", { ...values, node: 7 });
    await settled();
    for (const end of ends) end();
    assert.deepEqual(await second, { ...values, node: 7, values: Float64Array.of(0), shape: [] });
    line.dispose();
  });
});

describe("news for a panel", () => {
  const b = new ReportBuilder();
  for (let i = 0; i < 10_000; i++)
    b.node({
      op: "mul",
      name: `h${i}`,
      inputs: i === 0 ? [] : [i - 1],
      shape: [32, 32],
      grad: statsOf(1024, 1),
    });
  const report = opened(b.build());
  const state: StateNews = {
    file: "/models/large.ts",
    trace: { kind: "ready" },
    diagnosing: { kind: "ready" },
    stale: false,
    isCompared: false,
    interrupted: null,
    checking: null,
    findings: null,
    trials: [],
    saved: null,
  };
  const known: PanelKnowledge = { report, before: null, checks: someChecks(), state };
  const bytesOf = (value: unknown) =>
    Buffer.byteLength(
      JSON.stringify(value, (_, item) => (item instanceof Uint8Array ? "x".repeat(item.length) : item)),
    );

  it("bring the run before while runs are compared, and not again what the page shows", () => {
    const another = () => opened(sumTimes());
    const compared = { ...known, before: another() };
    const [begun, ...more] = newsFor(known, compared);
    assert.deepEqual(begun, ["before", { bytes: compared.before.bytes, isShown: false }]);
    assert.deepEqual(
      more.map(([name]) => name),
      ["state"],
    );
    const next = { ...compared, report: another(), before: report };
    const news = newsFor(compared, next);
    assert.deepEqual(
      news.map(([name]) => name),
      ["before", "trace", "state"],
    );
    assert.deepEqual(news[0], ["before", { bytes: null, isShown: true }]);
    assert.deepEqual(newsFor(next, { ...next, before: null })[0], [
      "before",
      { bytes: null, isShown: false },
    ]);
  });

  it("are all there is for a page that knows nothing, the state last", () => {
    assert.deepEqual(
      newsFor(null, known).map(([name]) => name),
      ["trace", "checks", "state"],
    );
    const nothing = newsFor(null, { report: null, before: null, checks: [], state });
    assert.deepEqual(
      nothing.map(([name]) => name),
      ["checks", "state"],
    );
  });

  it("of a change of state of 10,000 nodes are less than 5 kB, and none when nothing changed", () => {
    const whole = bytesOf(newsFor(null, known));
    assert.ok(whole > 100_000 && whole < 2_000_000, `${whole} bytes`);
    const running = { kind: "running", message: "Running large.ts" } as const;
    for (const change of [
      { trace: running },
      { stale: true },
      { checking: { target: null, fraction: 0.5, doing: "net.weight: 1,200 of 9,408 compared" } },
    ]) {
      const news = newsFor(known, { ...known, state: { ...state, ...change } });
      assert.deepEqual(
        news.map(([name]) => name),
        ["state"],
      );
      assert.ok(bytesOf(news) < 5_000, `${bytesOf(news)} bytes`);
    }
    assert.deepEqual(newsFor(known, { ...known, state: { ...state } }), []);
  });

  it("of checks leave the run where it is", () => {
    const checked = newsFor(known, { ...known, checks: [] });
    assert.deepEqual(checked, [
      ["checks", { checks: [] }],
      ["state", state],
    ]);
  });
});
