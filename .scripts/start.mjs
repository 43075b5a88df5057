#!/usr/bin/env node
// Opens a VS Code with Gradlens and its examples: the desktop one when there is one, else a server of our own.
// --no-open: always the server, and no browser · --port N: where the server listens
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { install, root, run } from "./install.mjs";

const noOpen = process.argv.includes("--no-open");
const portAt = process.argv.indexOf("--port");
const port = portAt < 0 ? undefined : Number(process.argv[portAt + 1]);

/** The full path of a program on the PATH, or undefined. */
function findProgram(name) {
  const names = process.platform === "win32" ? [`${name}.cmd`, `${name}.exe`] : [name];
  const folders = (process.env.PATH ?? "").split(delimiter);
  return folders
    .flatMap((folder) => names.map((each) => join(folder, each)))
    .find((path) => existsSync(path));
}

async function prepare() {
  install();
  const { build } = await import("./build.mjs");
  const failed = await build();
  if (failed.length > 0) console.error(`Not built, because it does not compile: ${failed.join(", ")}`);
  run(process.execPath, ["node_modules/typescript/bin/tsc", "-b"]);
}

function openDesktop(code, folder) {
  const args = ["--new-window", `--extensionDevelopmentPath=${root}`, folder, join(folder, "digits-mlp.ts")];
  const isWindows = process.platform === "win32";
  const quoted = isWindows ? args.map((each) => `"${each}"`) : args;
  return run(isWindows ? `"${code}"` : code, quoted) === 0;
}

function openBrowser(url) {
  const [program, ...args] = {
    win32: ["rundll32.exe", "url.dll,FileProtocolHandler", url],
    darwin: ["open", url],
  }[process.platform] ?? ["xdg-open", url];
  spawn(program, args, { stdio: "ignore", detached: true })
    .on("error", () => console.log("No browser could be opened: open the address yourself."))
    .unref();
}

/** Starts the server and prints its address; it runs until this process is interrupted. */
async function serve() {
  const { installHarness } = await import("../test/harness/install.mjs");
  installHarness({ browser: false });
  const { remoteUri, startServer, workbenchUrl } = await import("../test/harness/server.mjs");
  const { copyExamples } = await import("../test/harness/workspace.mjs");
  const { folder } = copyExamples();
  const token = randomBytes(16).toString("hex");
  const settings = { "files.exclude": { "**/node_modules": true } };
  const server = await startServer({ token, port, driver: false, extensions: [root], settings });
  const url = workbenchUrl(server, folder, [["openFile", remoteUri(server, join(folder, "digits-mlp.ts"))]]);
  console.log(`\nGradlens is ready in VS Code at\n\n  ${url}\n\nPress Ctrl-C to stop.`);
  if (!noOpen) openBrowser(url);
}

try {
  await prepare();
  const code = noOpen || portAt >= 0 ? undefined : findProgram("code");
  const { copyExamples } = await import("../test/harness/workspace.mjs");
  if (!(code && openDesktop(code, copyExamples({ keep: true }).folder))) await serve();
} catch (error) {
  console.error(error.message);
  process.exit(1);
}
