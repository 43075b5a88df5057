// Gradlens inside a real VS Code: it is found, it activates, and quickly.
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import * as vscode from "vscode";

describe("activation", () => {
  it("finds the extension and activates it", async () => {
    const extension = vscode.extensions.getExtension("gradlens.gradlens");
    assert.ok(extension, "gradlens.gradlens is not there");
    await extension.activate();
    assert.ok(extension.isActive);
  });
});
