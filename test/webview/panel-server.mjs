// Serves a panel's bundle in a page of its own, under the policy that the extension sets, with a stand-in for VS Code.
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { basename, extname, join } from "node:path";
import { root } from "../harness/paths.mjs";
import { themes } from "./theme-variables.mjs";

const types = { ".js": "text/javascript", ".css": "text/css", ".ttf": "font/ttf" };

const policy =
  "default-src 'none'; script-src 'nonce-test'; style-src 'self'; font-src 'self'; img-src 'self' data: blob:; connect-src 'self'; worker-src blob:";

function page(panel, theme) {
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${panel}</title>
<link rel="stylesheet" href="codicon.css"><link rel="stylesheet" href="${panel}.css"></head>
<body class="${themes[theme].body}" data-panel="${panel}"><script nonce="test" src="fake-host.js"></script>
<script nonce="test" src="theme.js?${theme}"></script><script nonce="test" src="panels.js"></script></body></html>`;
}

/** The theme as VS Code sets it: variables on the root element, by script. */
function themeScript(theme) {
  return `globalThis.setTheme = ({ body, variables }) => {
  document.documentElement.removeAttribute("style");
  for (const [name, value] of Object.entries(variables)) document.documentElement.style.setProperty("--vscode-" + name, value);
  document.body.className = body;
};
setTheme(${JSON.stringify(themes[theme])});`;
}

async function bodyOf({ pathname, search }) {
  const name = basename(pathname);
  if (name === "favicon.ico") return "";
  if (extname(name) === ".html") return page(basename(name, ".html"), search.slice(1) || "dark");
  if (name === "theme.js") return themeScript(search.slice(1));
  const folder = name === "fake-host.js" ? "test/webview" : "dist/webview";
  return readFile(join(root, folder, name));
}

/** `{ url(panel, theme), close() }`; the panels must be built. */
export async function servePanels() {
  const server = createServer(async (request, response) => {
    const url = new URL(request.url, "http://localhost");
    try {
      const body = await bodyOf(url);
      const type = types[extname(url.pathname)] ?? "text/html";
      response.writeHead(200, { "content-type": type, "content-security-policy": policy }).end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address();
  return {
    url: (panel, theme = "dark") => `http://127.0.0.1:${port}/${panel}.html?${theme}`,
    close: () => server.close(),
  };
}
