// Starts and stops a real VS Code server on this machine alone.
import { spawn } from "node:child_process";
import { createWriteStream, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { killAtEnd, removeAtEnd } from "./cleanup.mjs";
import { node24, scratchFolder, vscodeFolder } from "./paths.mjs";

/** What a window should look like: nothing that is not about the opened folder. */
const calm = {
  "workbench.startupEditor": "none",
  "workbench.secondarySideBar.defaultVisibility": "hidden",
  "workbench.enableExperiments": false,
  "workbench.tips.enabled": false,
  "chat.disableAIFeatures": true,
  "extensions.autoUpdate": false,
  "extensions.autoCheckUpdates": false,
  "extensions.ignoreRecommendations": true,
  "security.workspace.trust.banner": "always",
  "typescript.surveys.enabled": false,
};

/** A port that nothing listens on now. */
export function freePort() {
  return new Promise((resolve, reject) => {
    const probe = createServer().once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}

function serverArguments({ port, token, trust, data, extensions }) {
  return [
    join(vscodeFolder, "out/server-main.js"),
    ...["--host", "127.0.0.1", "--port", String(port)],
    ...(token ? ["--connection-token", token] : ["--without-connection-token"]),
    ...["--accept-server-license-terms", "--enable-smoke-test-driver", "--enable-proposed-api"],
    ...(trust ? [] : ["--disable-workspace-trust"]),
    ...["--telemetry-level", "off", "--server-data-dir", data, "--extensions-dir", extensions],
  ];
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
 * Starts a server. `token` makes it ask for a connection token; `trust` switches workspace trust on (off: everything is
 * trusted); `settings` are the user's; `env` adds to the environment of the extension host.
 * Gives `{ url, port, token, extensions, log(), stop() }`.
 */
export async function startServer({ token, trust = false, port, settings = {}, env = {} } = {}) {
  const data = scratchFolder("server");
  const forget = removeAtEnd(data);
  const extensions = join(data, "extensions");
  for (const folder of [extensions, join(data, "data/User"), join(data, "data/Machine")])
    mkdirSync(folder, { recursive: true });
  writeFileSync(join(data, "data/User/settings.json"), JSON.stringify({ ...calm, ...settings }));
  const actualPort = port ?? (await freePort());
  const { CODE_SERVER_PARENT_PID: _, ...inherited } = process.env;
  const child = spawn(node24(), serverArguments({ port: actualPort, token, trust, data, extensions }), {
    env: { ...inherited, ...env },
    detached: process.platform !== "win32",
    stdio: ["ignore", "pipe", "pipe"],
  });
  const kill = killAtEnd(child);
  const logFile = join(data, "server.log");
  const log = createWriteStream(logFile);
  child.stdout.pipe(log, { end: false });
  child.stderr.pipe(log, { end: false });
  const url = `http://127.0.0.1:${actualPort}`;
  const stop = () => {
    kill();
    log.end();
    forget();
  };
  try {
    await waitUntilReady(url, child);
  } catch (error) {
    const said = readFileSync(logFile, "utf8");
    stop();
    throw new Error(`${error.message}\n${said}`);
  }
  return { url, port: actualPort, token, extensions, log: () => readFileSync(logFile, "utf8"), stop };
}

/** The address of the workbench with a folder open; `payload` is VS Code's list of extra facts. */
export function workbenchUrl(server, folder, payload = []) {
  const query = [
    ...(server.token ? [`tkn=${server.token}`] : []),
    `folder=${encodeURI(folder)}`,
    `payload=${encodeURIComponent(JSON.stringify([["skipWelcome", "true"], ...payload]))}`,
  ];
  return `${server.url}/?${query.join("&")}`;
}

/** A path on the server's machine, as the workbench writes it. */
export function remoteUri(server, path) {
  return `vscode-remote://127.0.0.1:${server.port}${encodeURI(path)}`;
}
