// The extension of a window without Node: its bundle asks for no module of Node, and opens saved traces all the same.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { isBuiltin } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createContext, runInContext } from "node:vm";
import { after, before, describe, it } from "mocha";
import type { MessageConnection } from "vscode-jsonrpc/node";
import { RandomGenerator } from "../../engine/core/random";
import type { Elements } from "../../engine/report/questions";
import { openSaved } from "../../engine/report/saved-trace";
import type { StateNews, ToPanel } from "../../webview/protocol";
import { type Envelope, openWire } from "../../webview/wire";
import { damage } from "../engine/damage";
import { browserHost, type OpenedEditor } from "./browser-host";

const bundle = readFileSync("dist/web-extension.js", "utf8");

describe("the extension in a window without Node", () => {
  const folder = mkdtempSync(join(tmpdir(), "gradlens-web-"));
  const path = join(folder, "run.gradlens");
  let bytes: Uint8Array;
  before(() => {
    const args = ["check", "media/examples/sum-times.ts", "--save", path];
    execFileSync(process.execPath, ["dist/cli.js", ...args]);
    bytes = new Uint8Array(readFileSync(path));
  });
  after(() => rmSync(folder, { recursive: true }));

  /** A page of the editor, with what it is told. */
  async function connect(opened: OpenedEditor) {
    const told: { trace?: ToPanel["trace"]; checks?: ToPanel["checks"]; state?: StateNews } = {};
    const wire = openWire("page", (envelope) => opened.fromPage(envelope));
    opened.toPage((envelope) => wire.take(envelope as Envelope));
    const { connection } = wire;
    for (const name of ["trace", "checks"] as const)
      connection.onNotification(name, (news) => void Object.assign(told, { [name]: news }));
    const state = new Promise<StateNews>((resolve) => {
      connection.onNotification("state", resolve);
    });
    connection.listen();
    connection.sendNotification("ready", {});
    return { connection, told, state: await state };
  }

  const failureOf = (connection: MessageConnection, name: string, params: object) =>
    connection.sendRequest(name, params).then(
      () => "an answer",
      (error: Error) => error.message,
    );

  it("asks for VS Code alone, and for nothing that only Node has", () => {
    const asked = [...bundle.matchAll(/\brequire\("([^"]+)"\)/g)].map(([, name = ""]) => name);
    assert.deepEqual([...new Set(asked)], ["vscode"]);
    assert.ok(!asked.some(isBuiltin));
    for (const name of ["process", "Buffer", "__dirname"])
      assert.ok(!new RegExp(`(?<![.\\w"'$])${name}[.(]`).test(bundle), name);
  });

  it("opens a saved trace: the trace, its checks and its values", async () => {
    const { activate, open } = browserHost(bundle, { createContext, runInContext });
    activate();
    const { told, state, connection } = await connect(await open("/run.gradlens", bytes));
    const saved = openSaved(bytes);
    assert.deepEqual(Array.from(told.trace?.bytes ?? []), Array.from(saved.report.bytes));
    assert.equal(told.checks?.checks.length, 3);
    assert.equal(state.trace.kind, "ready");
    assert.deepEqual(state.saved?.counts, { checks: 3, findings: 0 });
    assert.deepEqual([state.saved?.hasModel, state.saved?.leftOut], [false, 0]);
    const node = saved.report.nodes.find(({ name }) => name === "q")?.id ?? -1;
    const asked = { node, of: "grad", start: 0, count: 8 };
    const { values } = await connection.sendRequest<Elements>("values", asked);
    assert.deepEqual(Array.from(values), [-4]);
    const row = { target: "", parameter: "x", nth: 0, start: 0, count: 1 };
    assert.match(await failureOf(connection, "checkDetails", row), /not saved/);
  });

  it("says in one message what is wrong with a damaged one, in whatever place", async () => {
    const { activate, open } = browserHost(bundle, { createContext, runInContext });
    activate();
    let failed = 0;
    for (let seed = 0; seed < 200; seed++) {
      const spoilt = damage(Buffer.from(bytes), new RandomGenerator(seed));
      if (Buffer.from(bytes).equals(spoilt)) continue;
      const { state, told } = await connect(await open("/run.gradlens", new Uint8Array(spoilt)));
      assert.equal(told.trace, undefined);
      assert.ok(state.trace.kind === "failed");
      assert.match(state.trace.message, /^This (trace|is no trace)[^\n]{5,200}\.$/);
      failed += 1;
    }
    assert.ok(failed > 150);
  });

  it("says of every command where models run", () => {
    const { activate, commands, said } = browserHost(bundle, { createContext, runInContext });
    activate();
    assert.ok(commands.has("gradlens.traceBackprop"));
    for (const run of commands.values()) run();
    assert.equal(said.length, commands.size);
    assert.match(said[0] ?? "", /Models run on the desktop or in a remote window/);
  });
});
