#!/usr/bin/env node
// Installs the harness: the VS Code server from npm, its own packages, and for tests Debian's Chromium.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { install, run } from "../../.scripts/install.mjs";
import { harness, vscodeFolder } from "./paths.mjs";

/** VS Code's own packages, and those of its built-in extensions, lie inside the package code-server and are installed apart. */
function installServer() {
  install(harness);
  const flags = ["--ignore-scripts", "--omit=dev", "--no-audit", "--no-fund", "--loglevel=error"];
  for (const folder of [vscodeFolder, join(vscodeFolder, "extensions")]) {
    if (existsSync(join(folder, "node_modules/.package-lock.json"))) continue;
    console.log("Installing the VS Code server's packages …");
    if (run("npm", ["install", ...flags], { cwd: folder }) !== 0)
      throw new Error(`npm install failed in ${folder}`);
  }
}

const browsers = [
  process.env.GRADLENS_CHROMIUM,
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

/** The Chromium to use, or undefined. */
export function findChromium() {
  return browsers.find((path) => path && existsSync(path));
}

/** True when the loader of Vulkan drivers is there, which the GPU tests need and Chromium keeps for itself. */
function hasVulkanLoader() {
  if (process.platform !== "linux") return true;
  const { stdout } = spawnSync("ldconfig", ["-p"], { encoding: "utf8" });
  return Boolean(stdout?.includes("libvulkan.so.1"));
}

function installBrowser() {
  const missing = [...(findChromium() ? [] : ["chromium"]), ...(hasVulkanLoader() ? [] : ["libvulkan1"])];
  if (missing.length === 0) return;
  const names = missing.join(" ");
  if (process.getuid?.() !== 0 || !existsSync("/usr/bin/apt-get")) {
    throw new Error(
      `The tests need ${names}: install it (Debian: apt-get install ${names}), or set GRADLENS_CHROMIUM to the path of a Chromium`,
    );
  }
  console.log(`Installing Debian's ${names} …`);
  const apt = (...args) => {
    const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
    const { status, stderr } = spawnSync("apt-get", ["-qq", ...args], { env, encoding: "utf8" });
    if (status !== 0) throw new Error(`apt-get ${args.join(" ")} failed: ${stderr}`);
  };
  apt("update");
  apt("install", "-y", "--no-install-recommends", ...missing);
}

/** Installs what is missing, nothing when all is there. `browser: false` leaves Chromium out. */
export function installHarness({ browser = true } = {}) {
  installServer();
  if (browser) installBrowser();
}

if (process.argv[1] === fileURLToPath(import.meta.url)) installHarness();
