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

type Lenses = Awaited<ReturnType<typeof readLenses>>;

/** Opens a model and asks for a completion in another language meanwhile; says how long that took. */
async function completeDuring(text: string): Promise<{ wasRead: boolean; lenses: Promise<Lenses> }> {
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
    assert.ok(list.items.some(({ label }) => label === "answered"));
  };
  await complete();
  const loop = monitorEventLoopDelay({ resolution: 10 });
  const editor = await openModel(text, "ts");
  loop.enable();
  let wasRead = false;
  const lenses = readLenses(editor).then((found) => {
    wasRead = true;
    return found;
  });
  const started = performance.now();
  await complete();
  const waited = Math.round(performance.now() - started);
  loop.disable();
  provider.dispose();
  const still = Math.round(loop.max / 1e6);
  console.log(`[test] completion after ${waited} ms, the loop stood still for ${still} ms at most`);
  return { wasRead, lenses };
}

describe("reading a text", () => {
  afterEach(closeEditors);

  it("that is long keeps no other language waiting", async () => {
    const { wasRead, lenses } = await completeDuring(long);
    assert.equal(wasRead, false, "the completion waited for the text to be read");
    assert.deepEqual(await lenses, [], "a text that takes too long has no lenses");
  });

  it("that is nested keeps none waiting either, and gives its lenses", async () => {
    await completeDuring(nested);
    const editor = vscode.window.activeTextEditor ?? assert.fail("no editor");
    const titles = await until("the lenses", async () => {
      const lenses = await readLenses(editor);
      return lenses.some(({ line }) => line === 2) ? lenses : null;
    });
    assert.ok(titles.length > 0);
  });
});
