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
    await extension().activate();
    assert.ok(extension().isActive);
  });

  it("has every command of the manifest", async () => {
    const { commands } = extension().packageJSON.contributes as { commands: { command: string }[] };
    const known = new Set(await vscode.commands.getCommands(true));
    for (const { command } of commands) assert.ok(known.has(command), command);
  });

  it("carries neither the engine's computing code nor gpu.js", () => {
    const bundle = join(extension().extensionPath, "dist/extension.js");
    const text = readFileSync(bundle, "utf8");
    for (const part of ["engine/reverse.ts", "engine/ops/", "gpu.js", "engine/source/compile.ts"])
      assert.ok(
        !text.includes(`// ${part}`) && !text.includes(`node_modules/${part}`),
        `${part} is in the bundle`,
      );
    assert.ok(statSync(bundle).size < 1_000_000);
  });
});
