// Starts and stops a real VS Code server on this machine alone.
import { spawn } from "node:child_process";
import { closeSync, mkdirSync, openSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { killAtEnd, removeAtEnd } from "./cleanup.mjs";
import { node24, scratchFolder, vscodeFolder } from "./paths.mjs";

/** What a window should look like: nothing that is not about the opened folder. */
export const calm = {
  "workbench.startupEditor": "none",
  "workbench.secondarySideBar.defaultVisibility": "hidden",
  "workbench.enableExperiments": false,
  "workbench.tips.enabled": false,
  "chat.disableAIFeatures": true,
  "extensions.autoUpdate": false,
  "extensions.autoCheckUpdates": false,
  "extensions.ignoreRecommendations": true,
  "security.workspace.trust.startupPrompt": "never",
  "typescript.surveys.enabled": false,
};

/** A port that nothing listens on now, or `wanted` when that is free; throws when it is taken. */
export function freePort(wanted = 0) {
  return new Promise((resolve, reject) => {
    const probe = createServer().once("error", () => reject(new Error(`Port ${wanted} is taken`)));
    probe.listen(wanted, "127.0.0.1", () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}

/** The server's own new folder, with the user's settings and the extensions linked into it. */
function prepareData({ settings, extensions }) {
  const data = scratchFolder("server");
  const forget = removeAtEnd(data);
  for (const folder of ["extensions", "data/User", "data/Machine"])
    mkdirSync(join(data, folder), { recursive: true });
  writeFileSync(join(data, "data/User/settings.json"), JSON.stringify({ ...calm, ...settings }));
  for (const extension of extensions) {
    const { publisher, name, version } = JSON.parse(readFileSync(join(extension, "package.json"), "utf8"));
    symlinkSync(extension, join(data, `extensions/${publisher}.${name}-${version}`), "junction");
  }
  return { data, forget };
}

function serverArguments({ port, token, trust, driver, data }) {
  return [
    join(vscodeFolder, "out/server-main.js"),
    ...["--host", "127.0.0.1", "--port", String(port)],
    ...(token ? ["--connection-token", token] : ["--without-connection-token"]),
    ...["--accept-server-license-terms", "--telemetry-level", "off"],
    ...(driver ? ["--enable-smoke-test-driver", "--enable-proposed-api"] : []),
    ...(trust ? [] : ["--disable-workspace-trust"]),
    ...["--server-data-dir", data, "--extensions-dir", join(data, "extensions")],
  ];
}

function startProcess(args, env, logFile) {
  const { CODE_SERVER_PARENT_PID: _, ...inherited } = process.env;
  const log = openSync(logFile, "w");
  const child = spawn(node24(), args, {
    env: { ...inherited, ...env },
    detached: process.platform !== "win32",
    stdio: ["ignore", log, log],
  });
  closeSync(log);
  return child;
}

async function waitUntilReady(url, child) {
  for (let tries = 0; tries < 300; tries += 1) {
    if (child.exitCode !== null) throw new Error(`The VS Code server ended with code ${child.exitCode}`);
    const answer = await fetch(`${url}/version`).catch(() => undefined);
    if (answer?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error("The VS Code server did not answer within 30 s");
}

/**
 * Starts a server. `token` makes it ask for a connection token; `trust: true` switches workspace trust on (without,
 * everything is trusted); `driver: false` leaves out what tests need; `extensions` are folders to use as installed
 * extensions; `settings` are the user's; `env` adds to the environment of the extension host.
 * Gives `{ url, port, token, data, log(), stop() }`.
 */
export async function startServer(options = {}) {
  const { token, trust = false, driver = true, extensions = [], settings = {}, env = {} } = options;
  const port = await freePort(options.port);
  const { data, forget } = prepareData({ settings, extensions });
  const logFile = join(data, "server.log");
  const child = startProcess(serverArguments({ port, token, trust, driver, data }), env, logFile);
  const kill = killAtEnd(child);
  const url = `http://127.0.0.1:${port}`;
  const log = () => readFileSync(logFile, "utf8");
  const stop = () => {
    kill();
    forget();
  };
  try {
    await waitUntilReady(url, child);
  } catch (error) {
    const said = log();
    stop();
    throw new Error(`${error.message}\n${said}`);
  }
  return { url, port, token, data, log, stop };
}

/** A path on the server's machine as in a URI: `/a%20b`, `/C:/a`. */
function uriPath(path) {
  return pathToFileURL(path).pathname;
}

/** The address of the workbench with a folder open, or a file that lists several; `payload` is VS Code's list of extra facts. */
export function workbenchUrl(server, folder, payload = []) {
  const query = [
    ...(server.token ? [`tkn=${server.token}`] : []),
    `${folder.endsWith(".code-workspace") ? "workspace" : "folder"}=${uriPath(folder)}`,
    `payload=${encodeURIComponent(JSON.stringify([["skipWelcome", "true"], ...payload]))}`,
  ];
  return `${server.url}/?${query.join("&")}`;
}

/** A path on the server's machine, as the workbench writes it. */
export function remoteUri(server, path) {
  return `vscode-remote://127.0.0.1:${server.port}${uriPath(path)}`;
}
