// Serves VS Code's page, and extensions for it, as plain files: no VS Code server runs, so that a window has no Node anywhere.
import { createReadStream, existsSync, readFileSync, statSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join, normalize, sep } from "node:path";
import { onEnd } from "./cleanup.mjs";
import { root, vscodeFolder } from "./paths.mjs";
import { calm } from "./server.mjs";

const types = {
  ".css": "text/css",
  ".html": "text/html",
  ".js": "text/javascript",
  ".json": "application/json",
  ".mjs": "text/javascript",
  ".svg": "image/svg+xml",
  ".ttf": "font/ttf",
  ".wasm": "application/wasm",
};

const bench = "out/vs/code/browser/workbench";

/** The folders that are served, by the first part of a path. */
const folders = {
  vscode: vscodeFolder,
  gradlens: root,
  "memory-folder": join(root, "test/fixtures/memory-folder"),
};

/** What code-server changed in VS Code's page, which takes a server for granted, and what stands there without one. */
const claims = [
  ["remoteAuthority:location.host", "remoteAuthority:void 0"],
  ['with({scheme:J.vscodeRemote}),"User")', 'with({scheme:J.vscodeUserData}),"User")'],
];

function withoutServer(script) {
  return claims.reduce((text, [claim, instead]) => {
    if (text.split(claim).length !== 2)
      throw new Error(`VS Code's page was expected to say ${claim} once: this is another code-server`);
    return text.replace(claim, instead);
  }, script);
}

/** What VS Code's page is told. Everything but the page itself is of other origins, as on vscode.dev. */
function configure(port, settings, trust) {
  const extension = (name) => ({ scheme: "http", authority: `127.0.0.1:${port}`, path: `/${name}` });
  const hosted = `http://{{uuid}}.localhost:${port}/vscode`;
  return {
    folderUri: { scheme: "memory", path: "/" },
    userDataPath: "/",
    isEnabledFileDownloads: true,
    isEnabledFileUploads: true,
    isEnabledCoderGettingStarted: false,
    additionalBuiltinExtensions: [extension("gradlens"), extension("memory-folder")],
    webviewEndpoint: `/vscode/out/vs/workbench/contrib/webview/browser/pre`,
    productConfiguration: { quality: "stable", webEndpointUrlTemplate: hosted, enableTelemetry: false },
    configurationDefaults: { ...calm, ...settings },
    enableWorkspaceTrust: trust,
  };
}

function pageOf(configuration) {
  const base = "/vscode";
  const attribute = (value) => JSON.stringify(value).replaceAll("&", "&amp;").replaceAll('"', "&quot;");
  const values = {
    WORKBENCH_WEB_CONFIGURATION: attribute(configuration),
    WORKBENCH_AUTH_SESSION: "",
    WORKBENCH_WEB_BASE_URL: base,
    WORKBENCH_NLS_URL: "",
    WORKBENCH_NLS_FALLBACK_URL: `${base}/out/nls.messages.js`,
    WORKBENCH_SCRIPT_NONCE: "1",
    BASE: "",
    VS_BASE: "",
  };
  const html = readFileSync(join(vscodeFolder, bench, "workbench.html"), "utf8");
  return html.replace(/\{\{(\w+)\}\}/g, (_, name) => values[name]);
}

/** The file of a path that is asked for; undefined when it is nowhere, or outside of what is served. */
function fileOf(path) {
  const [, name, ...rest] = path.split("/");
  const folder = Object.hasOwn(folders, name) ? folders[name] : undefined;
  const file = folder && normalize(join(folder, ...rest));
  return file?.startsWith(folder + sep) && existsSync(file) && statSync(file).isFile() ? file : undefined;
}

/**
 * Starts it. `files()` gives the bytes of the folder that is opened, by name; it is asked again when the page asks again.
 * Gives `{ url, asked, stop() }`: `asked` are the paths that were asked for so far.
 */
export async function startWebServer({ files, settings = {}, trust = false }) {
  const asked = [];
  const script = withoutServer(readFileSync(join(vscodeFolder, bench, "workbench.js"), "utf8"));
  const memory = () =>
    JSON.stringify(
      Object.fromEntries(
        Object.entries(files()).map(([name, bytes]) => [name, Buffer.from(bytes).toString("base64")]),
      ),
    );
  const server = createServer((request, response) => {
    const path = decodeURIComponent(new URL(request.url, "http://localhost").pathname);
    asked.push(path);
    const give = (type, text) => response.writeHead(200, { "content-type": type }).end(text);
    response.setHeader("access-control-allow-origin", "*");
    if (path === "/") return give("text/html", pageOf(configure(server.address().port, settings, trust)));
    if (path === `/vscode/${bench}/workbench.js`) return give("text/javascript", script);
    if (path === "/memory-folder/files.json") return give("application/json", memory());
    const file = fileOf(path);
    if (!file) return response.writeHead(404).end();
    response.setHeader("content-type", types[extname(file)] ?? "application/octet-stream");
    createReadStream(file).pipe(response);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const stop = onEnd(() => {
    server.close();
    server.closeAllConnections();
  });
  return { url: `http://localhost:${server.address().port}`, asked, stop };
}
