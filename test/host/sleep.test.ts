// The window does not grow with every file that is traced: few traces stay in memory, and a person sees no difference.
import assert from "node:assert/strict";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { afterEach, describe, it } from "mocha";
import * as vscode from "vscode";
import type { Session } from "../../extension/session";
import type { Sessions } from "../../extension/sessions";
import { awaitProblems, closeEditors, hoverText, openModel, readLenses, readProblems, until } from "./editor";

const MOST_AWAKE = 12;

/** A model of many operations, and a finding: the logarithm of a negative number. */
const longOf = (operations: number) => `import { tensor } from "gradlens";
const start = tensor(-3, { requiresGrad: true });
export function loss() {
  let x = start;
  for (let i = 0; i < ${operations}; i += 1) x = x.add(i);
  const sum = x.mul(2);
  return sum.add(
    start.log());
}
`;

const long = longOf(400);

const short = `import { tensor } from "gradlens";
const x = tensor(3, { requiresGrad: true });
export const loss = () => x.mul(x);
`;

async function sessionsOf(): Promise<Sessions> {
  const extension = vscode.extensions.getExtension<{ readonly sessions: Sessions }>("gradlens.gradlens");
  return (await extension?.activate())?.sessions ?? assert.fail("no extension");
}

/** Bytes that something in the extension host holds. */
async function heldBytes(): Promise<number> {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  for (let round = 0; round < 4; round += 1) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    collect();
  }
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

const isAwake = ({ report }: Session) => report !== null;

describe("traces of many files", () => {
  afterEach(closeEditors);

  /** Shows a file and traces it, as saving does: without a panel. */
  async function openAndTrace(text: string): Promise<vscode.TextEditor> {
    const sessions = await sessionsOf();
    const editor = await openModel(text);
    await sessions.openBehind(editor.document.uri).trace();
    return editor;
  }

  const settle = (sessions: Sessions) =>
    until("the sleep of old traces", () => sessions.all.filter(isAwake).length <= MOST_AWAKE);

  it("stay few in memory after 50 files, and the first is there again when it is shown", async function () {
    this.timeout(240_000);
    const sessions = await sessionsOf();
    const large = longOf(4000);
    const first = await openAndTrace(large);
    const { uri } = first.document;
    await awaitProblems(uri);
    const before = {
      lenses: await readLenses(first),
      problems: readProblems(uri),
      hover: await hoverText(first, "sum = "),
    };
    const session = sessions.get(uri) ?? assert.fail("no session");
    const vanished: number[] = [];
    const watch = vscode.languages.onDidChangeDiagnostics(() => {
      if (readProblems(uri).length < before.problems.length) vanished.push(sessions.all.length);
    });
    const held: Record<number, number> = {};
    for (let count = 2; count <= 50; count += 1) {
      await openAndTrace(large);
      if (count === 10 || count === 15 || count === 50) {
        await settle(sessions);
        held[count] = await heldBytes();
      }
    }
    const megabytes = Object.values(held).map((bytes) => (bytes / 1e6).toFixed(1));
    console.log(`[test] the host holds ${megabytes.join(", ")} MB after 10, 15 and 50 traced files`);
    const [, fifteen = 0, fifty = 0] = Object.values(held);
    assert.ok(fifty - fifteen < 15e6, `${megabytes.join(", ")} MB`);
    assert.ok(session.last.isAsleep);
    assert.ok(sessions.all.filter(({ engine }) => engine.isRunning).length <= 3);
    assert.deepEqual(vanished, []);
    assert.deepEqual(readProblems(uri), before.problems);
    const shown = await vscode.window.showTextDocument(first.document);
    await until("the trace of the first file", () => isAwake(session));
    assert.equal(await hoverText(shown, "sum = "), before.hover);
    assert.deepEqual(await readLenses(shown), before.lenses);
    watch.dispose();
    assert.deepEqual(vanished, []);
    await settle(sessions);
  });

  /** Makes a file's trace sleep by work with others. */
  async function leave(editor: vscode.TextEditor): Promise<Session> {
    const sessions = await sessionsOf();
    const session = sessions.get(editor.document.uri) ?? assert.fail("no session");
    for (let count = 0; count <= MOST_AWAKE && !session.last.isAsleep; count += 1) await openAndTrace(short);
    await until("the sleep", () => session.last.isAsleep);
    return session;
  }

  it("come back for a hover, a panel and a command, without a run", async () => {
    const editor = await openAndTrace(long);
    const sessions = await sessionsOf();
    const session = sessions.get(editor.document.uri) ?? assert.fail("no session");
    const runOf = () => session.report?.run;
    const [run, hover] = [runOf(), await hoverText(editor, "sum = ")];
    await leave(editor);
    assert.equal(await hoverText(editor, "sum = "), hover);
    assert.equal(runOf(), run);
    await leave(editor);
    await vscode.commands.executeCommand("gradlens.showGradients", session.file);
    await until("the trace in a panel", () => runOf() === run && session.visiblePanels.size > 0);
  });

  it("follow edits that are made while they sleep", async () => {
    const editor = await openAndTrace(long);
    const { uri } = editor.document;
    await awaitProblems(uri);
    const hover = await hoverText(editor, "sum = ");
    const session = await leave(editor);
    const insert = new vscode.WorkspaceEdit();
    insert.insert(uri, new vscode.Position(1, 0), "// a note\n");
    await vscode.workspace.applyEdit(insert);
    await until("the end of the problems", () => readProblems(uri).length === 0);
    assert.ok(session.stale && session.last.isAsleep);
    await vscode.window.showTextDocument(editor.document);
    await until("the trace", () => isAwake(session));
    assert.match((await readLenses(editor)).at(-1)?.title ?? "", /^loss .* before your edit$/);
    const line = (text: string) =>
      text.split("\n").find((each) => each.includes("|  |") || /\d{3}/.test(each));
    assert.equal(line(await hoverText(editor, "sum = ")), line(hover));
    await vscode.commands.executeCommand("undo");
    await awaitProblems(uri);
  });

  it("are forgotten with their file", async () => {
    const sessions = await sessionsOf();
    const { uri } = (await openAndTrace(short)).document;
    const session = sessions.get(uri);
    await openAndTrace(short);
    const edit = new vscode.WorkspaceEdit();
    edit.deleteFile(uri);
    await vscode.workspace.applyEdit(edit);
    await until("the end of the session", () => sessions.get(uri) === null && session !== null);
  });
});
