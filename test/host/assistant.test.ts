// What assistants may ask for, invoked as they do it: bounded texts, and nothing is run that lies outside of the workspace.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "mocha";
import * as vscode from "vscode";
import { closeEditors, openModel } from "./editor";

describe("tools for assistants", () => {
  let file = "";
  before(async () => {
    const extension = vscode.extensions.getExtension("gradlens.gradlens") ?? assert.fail("no extension");
    const text = readFileSync(join(extension.extensionPath, "media/examples/deep-sigmoid.ts"), "utf8");
    file = (await openModel(text, "ts")).document.uri.fsPath;
  });
  after(closeEditors);

  async function invoke(name: string, input: object): Promise<string> {
    const { content } = await vscode.lm.invokeTool(name, { input, toolInvocationToken: undefined });
    return content
      .map((part) => (part instanceof vscode.LanguageModelTextPart ? part.value : assert.fail("no text")))
      .join("\n");
  }

  it("are known with what they take", () => {
    const known = vscode.lm.tools.filter(({ name }) => name.startsWith("gradlens_"));
    assert.deepEqual(known.map(({ name }) => name).sort(), [
      "gradlens_check",
      "gradlens_explain",
      "gradlens_trace",
    ]);
    for (const { inputSchema } of known) assert.ok(inputSchema && "properties" in inputSchema);
  });

  it("explain nothing before there is a trace, then run the model and tell what its backward pass did", async () => {
    assert.match(await invoke("gradlens_explain", { file }), /trace it first/);
    const text = await invoke("gradlens_trace", { file });
    assert.match(text, /loss 2\.\d+/);
    assert.match(text, /- net\.input \(Linear\): \S+e-\d+/);
    assert.match(text, /- warning vanishing-gradient \(.*\.ts:\d+\): The gradient vanishes/);
    assert.ok(text.length < 9000);
  });

  it("explain a finding with its page and this model's numbers", async () => {
    const text = await invoke("gradlens_explain", { file, rule: "vanishing-gradient" });
    for (const part of [
      /^Meaning: ./m,
      /^Harm: ./m,
      /^Cure: ./m,
      /^- first gradient: \S+e-\d+/m,
      /^- fix: ./m,
    ])
      assert.match(text, part);
    assert.match(await invoke("gradlens_explain", { file, rule: "no-such-rule" }), /^No such finding/);
  });

  it("check a layer", async () => {
    const text = await invoke("gradlens_check", { file, layer: "net.output" });
    assert.match(text, /^- pass net\.output\.weight/m);
    assert.doesNotMatch(text, /net\.input/);
  });

  it("run nothing from elsewhere, and nothing that is no script", async () => {
    assert.match(await invoke("gradlens_trace", { file: "/etc/hosts.js" }), /outside of the workspace/);
    assert.match(await invoke("gradlens_trace", { file: "notes.txt" }), /no TypeScript or JavaScript file/);
  });
});
