// What a VSIX would hold: what Gradlens needs when it runs, nothing else, and not much of it.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { transformSync } from "esbuild";
import { describe, it } from "mocha";
import { harness, node24, root } from "../../harness/paths.mjs";

const needed = [
  "media/marks/warning.svg",
  "dist/THIRD-PARTY-NOTICES.txt",
  "package.json",
  "README.md",
  "LICENSE",
  "dist/extension.js",
  "dist/web-extension.js",
  "dist/engine-client.js",
  "dist/trials.js",
  "dist/assistant-tools.js",
  "dist/panel-line.js",
  "dist/kept-trace.js",
  "dist/reading-worker.js",
  "dist/engine.js",
  "dist/engine-main.js",
  "dist/cli.js",
  "dist/types/gradlens.d.ts",
];
const allowed = [
  /^(package\.json|README\.md|CHANGELOG\.md|LICENSE)$/,
  /^dist\/(webview\/)?[\w.-]+\.(js|mjs|css|ttf)$/,
  /^dist\/THIRD-PARTY-NOTICES\.txt$/,
  /^dist\/types\/(index|gradlens|engine\/.*)\.d\.ts$/,
  /^media\//,
  /^node_modules\/(gpu\.js|gpu-mock\.js|webgpu)\//,
];
const budgetKiB = 6.5 * 1024;

/** What is built is shipped without what only readers need. */
function shippedSize(file: string): number {
  const path = join(root, file);
  if (!/^dist\/.*\.(js|css)$/.test(file)) return statSync(path).size;
  const loader = file.endsWith(".css") ? "css" : "js";
  const { code } = transformSync(readFileSync(path, "utf8"), { loader, minify: true, keepNames: true });
  return Buffer.byteLength(code);
}

describe("the shipped files", function () {
  this.timeout(120_000);
  const vsce = join(harness, "node_modules/@vscode/vsce/vsce");
  const list = () => execFileSync(node24(), [vsce, "ls"], { cwd: root, encoding: "utf8" }).trim().split("\n");

  it("are all that is needed, and within their budget", () => {
    const files = list();
    assert.deepEqual(
      files.filter((file) => !allowed.some((pattern) => pattern.test(file))),
      [],
    );
    assert.deepEqual(
      needed.filter((file) => !files.includes(file)),
      [],
    );
    const size = files.reduce((sum, file) => sum + shippedSize(file), 0) / 1024;
    assert.ok(size < budgetKiB, `${size.toFixed(0)} KiB of ${budgetKiB}`);
  });
});
