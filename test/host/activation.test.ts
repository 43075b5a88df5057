// Gradlens inside a real VS Code: it is found, and starts quickly because it loads little.
import assert from "node:assert/strict";
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "mocha";
import * as vscode from "vscode";

describe("activation", () => {
  const extension = () =>
    vscode.extensions.getExtension("gradlens.gradlens") ?? assert.fail("gradlens.gradlens is not there");

  it("finds the extension and activates it", async () => {
    const started = performance.now();
    await extension().activate();
    console.log(`[test] activated in ${(performance.now() - started).toFixed(1)} ms`);
    assert.ok(extension().isActive);
  });

  it("has every command of the manifest", async () => {
    const { commands } = extension().packageJSON.contributes as { commands: { command: string }[] };
    const known = new Set(await vscode.commands.getCommands(true));
    for (const { command } of commands) assert.ok(known.has(command), command);
  });

  it("reads little when it starts: no parser, no protocol of the engine process, nothing that computes", () => {
    const bundle = join(extension().extensionPath, "dist/extension.js");
    const text = readFileSync(bundle, "utf8");
    for (const part of [
      "engine/sweeps/reverse.ts",
      "engine/ops/",
      "engine/source/",
      "engine/runner/client.ts",
    ])
      assert.ok(!text.includes(`// ${part}`), `${part} is in the bundle`);
    for (const part of ["gpu.js", "acorn", "vscode-jsonrpc"])
      assert.ok(!text.includes(`node_modules/${part}`), `${part} is in the bundle`);
    assert.ok(statSync(bundle).size < 200_000);
  });
});
