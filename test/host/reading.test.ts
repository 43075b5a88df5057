// A text that takes long to read keeps nobody waiting: other languages answer, and the extension host's loop turns on.
import assert from "node:assert/strict";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { afterEach, describe, it } from "mocha";
import * as vscode from "vscode";
import { closeEditors, openModel, readLenses, until } from "./editor";

/** Text that takes seconds to read, and holds no layers. */
const long = `import { tensor } from "gradlens";\nlet h = tensor(1);\n${"h = h.add(h).mul(2);\n".repeat(100_000)}`;

/** Text that a parser that tries everything twice reads for a minute. */
const nested = `import { nn } from "gradlens";\nconst a: any = ${"<any>(".repeat(22)}1${")".repeat(22)};\nconst fc = new nn.Linear(2, 1);\n`;

describe("reading a text", () => {
  afterEach(closeEditors);

  it("that is long keeps no other language waiting", async () => {
    const plain = await vscode.workspace.openTextDocument({ language: "plaintext", content: "a" });
    const provider = vscode.languages.registerCompletionItemProvider("plaintext", {
      provideCompletionItems: () => [new vscode.CompletionItem("answered")],
    });
    const complete = async () => {
      const list: vscode.CompletionList = await vscode.commands.executeCommand(
        "vscode.executeCompletionItemProvider",
        plain.uri,
        new vscode.Position(0, 1),
      );
      return list.items.some(({ label }) => label === "answered");
    };
    assert.ok(await complete());
    const loop = monitorEventLoopDelay({ resolution: 10 });
    loop.enable();
    const editor = await openModel(long, "ts");
    let isRead = false;
    const lenses = readLenses(editor).then((found) => {
      isRead = true;
      return found;
    });
    const started = performance.now();
    assert.ok(await complete());
    const waited = performance.now() - started;
    assert.equal(isRead, false, "the completion waited for the text to be read");
    assert.deepEqual(await lenses, [], "a text that takes too long has no lenses");
    loop.disable();
    provider.dispose();
    const still = Math.round(loop.max / 1e6);
    console.log(
      `[test] completion after ${Math.round(waited)} ms, the loop stood still for ${still} ms at most`,
    );
  });

  it("that is nested gives its lenses", async () => {
    const editor = await openModel(nested, "ts");
    const titles = await until("the lenses", async () => {
      const lenses = await readLenses(editor);
      return lenses.some(({ line }) => line === 2) ? lenses : null;
    });
    assert.ok(titles.length > 0);
  });
});
