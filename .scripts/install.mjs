// Installs the pinned packages of the root when they are missing or older than the lock file.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** True when node_modules holds exactly the versions that the lock file names. */
export function isInstalled(folder) {
  const marker = join(folder, "node_modules/.package-lock.json");
  if (!existsSync(marker)) return false;
  const read = (path) => JSON.parse(readFileSync(path, "utf8")).packages;
  const installed = read(marker);
  return Object.entries(read(join(folder, "package-lock.json"))).every(
    ([path, { version, optional }]) => path === "" || optional || installed[path]?.version === version,
  );
}

/** Runs a program with its output shown; gives its exit code. */
export function run(program, args, options = {}) {
  const shell = process.platform === "win32" && !program.endsWith(".exe");
  return spawnSync(program, args, { cwd: root, stdio: "inherit", shell, ...options }).status ?? 1;
}

/** `npm ci` where it is needed; throws when that fails. */
export function install(folder = root) {
  if (isInstalled(folder)) return;
  console.log("Installing packages (npm ci) …");
  const code = run("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], {
    cwd: folder,
  });
  if (code !== 0) throw new Error(`npm ci failed in ${folder}`);
}
