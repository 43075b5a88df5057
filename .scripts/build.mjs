#!/usr/bin/env node
// Builds dist/: the extension, the engine process, the command line, the library, the panels and the tests.
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import * as esbuild from "esbuild";
import { install } from "./install.mjs";
import { buildKernels } from "./kernels.mjs";
import { noticesText, packagesOf } from "./notices.mjs";
import { buildTypes } from "./types.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const inRoot = (path) => join(root, path);
const has = (path) => existsSync(inRoot(path));

/** Native packages that Node loads when it runs, if they are there at all. */
const gpu = ["gpu.js", "webgpu", "gl"];
const node = { platform: "node", target: "node20", format: "cjs", external: gpu };
const host = { ...node, external: [...gpu, "vscode", "mocha", "playwright-core"] };
const page = { platform: "browser", target: "chrome128", format: "iife" };

/**
 * For a bundle that shares its thread with models: global names and Node's modules are its own, whatever a model assigns
 * to them.
 */
const withoutModels = {
  inject: [inRoot(".scripts/own-globals.mjs")],
  banner: { js: `"use strict";\nrequire = (${ownModules})(require);` },
};

function ownModules(load) {
  const { isBuiltin } = load("node:module");
  return (name) => {
    const found = load(name);
    if (!isBuiltin(name) || typeof found !== "object") return found;
    return Object.freeze(Object.create(null, Object.getOwnPropertyDescriptors(found)));
  };
}

function shared(minify) {
  return {
    absWorkingDir: root,
    bundle: true,
    minify,
    keepNames: minify,
    sourcemap: minify ? false : "linked",
    write: false,
    logLevel: "warning",
    loader: { ".gz": "binary", ".wasm": "binary", ".ttf": "file", ".svg": "dataurl", ".txt": "text" },
    define: { "process.env.NODE_ENV": minify ? '"production"' : '"development"' },
  };
}

/** The files below a folder, as paths from the root with forward slashes. */
function filesBelow(folder) {
  if (!has(folder)) return [];
  return readdirSync(inRoot(folder), { recursive: true, withFileTypes: true })
    .filter((each) => each.isFile())
    .map((each) =>
      relative(root, join(each.parentPath ?? each.path, each.name))
        .split(sep)
        .join("/"),
    )
    .filter((path) => !path.includes("node_modules/"))
    .sort();
}

function bundle(entry, outfile, options) {
  return { entry, options: { ...options, entryPoints: [entry], outfile: `dist/${outfile}` } };
}

/** What the extension imports when it is first needed is a file of its own, so that its start reads less. */
const lazy = {
  "engine/runner/client": "engine-client.js",
  "engine/runner/trials": "trials.js",
  "extension/assistant/tools": "assistant-tools.js",
  "extension/panels/panel-line": "panel-line.js",
  "extension/kept-trace": "kept-trace.js",
  "extension/saved/saved-editor": "saved-editor.js",
  "extension/saved/saved-bytes": "saved-bytes.js",
};

const lazily = {
  name: "lazily",
  setup({ onResolve }) {
    onResolve({ filter: /^\.\.?\// }, ({ path, kind, resolveDir }) => {
      const file = lazy[relative(root, join(resolveDir, path)).split(sep).join("/")];
      return kind === "dynamic-import" && file ? { path: `./${file}`, external: true } : undefined;
    });
  },
};

/**
 * VS Code's API as one module with names: esbuild would copy the whole of it for each file that imports it, when the
 * extension starts.
 */
const oneApi = {
  name: "one-api",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^vscode$/ }, ({ path, kind }) =>
      kind === "require-call" ? { path, external: true } : { path, namespace: "api" },
    );
    onLoad({ filter: /.*/, namespace: "api" }, () => {
      const texts = filesBelow("extension").map((path) => readFileSync(inRoot(path), "utf8"));
      const names = texts.flatMap((text) =>
        Array.from(text.matchAll(/\bvscode\.(\w+)/g), ([, name]) => name),
      );
      return { contents: `export const { ${[...new Set(names)].join(", ")} } = require("vscode");` };
    });
  },
};

/** The extension; a dynamic import becomes a `require`, which the extension host answers. */
const extension = {
  ...node,
  external: gpu,
  plugins: [lazily, oneApi],
  supported: { "dynamic-import": false },
};

/** For the extension where there is no Node: all in one file, since nothing can be required there. */
const withoutNode = { alias: { "vscode-jsonrpc/node": "vscode-jsonrpc/browser" }, external: ["vscode"] };

function products() {
  return [
    bundle("extension/main.ts", "extension.js", extension),
    ...Object.entries(lazy).map(([part, file]) =>
      bundle(`${part}.ts`, file, { ...node, external: [...gpu, "vscode"] }),
    ),
    bundle("extension/web.ts", "web-extension.js", { ...page, format: "cjs", ...withoutNode }),
    bundle("extension/reading/worker.ts", "reading-worker.js", node),
    bundle("engine/runner/start.ts", "engine.js", { ...node, ...withoutModels }),
    bundle("engine/runner/main.ts", "engine-main.js", { ...node, ...withoutModels }),
    bundle("engine/runner/watchdog.ts", "watchdog.js", node),
    bundle("engine/kernels/gpu-worker.ts", "gpu-worker.js", node),
    bundle("engine/cli/main.ts", "cli.js", { ...node, banner: { js: "#!/usr/bin/env node" } }),
    bundle("engine/runner/library.ts", "index.js", node),
    { ...bundle("engine/runner/library.ts", "index.mjs", { ...node, format: "esm" }), door: "./index.js" },
  ];
}

/** What a panel loads later, by the name of its entry file. */
const parts = ["worker", "formulas"];

/** A folder of webview/ is a panel when it has a main.ts, in the one script of all; its parts and the *.css beside it are its own. */
function panels() {
  return filesBelow("webview").flatMap((entry) => {
    const [, folder, file] = entry.split("/");
    if (folder === "open.ts") return bundle(entry, "webview/panels.js", page);
    const part = parts.find((each) => file === `${each}.ts`);
    if (part) return bundle(entry, `webview/${folder}-${part}.js`, page);
    return entry.endsWith(".css") ? bundle(entry, `webview/${basename(entry)}`, page) : [];
  });
}

/** The tests inside VS Code's extension host, each a bundle of its own that their index loads. */
function hostTests() {
  return filesBelow("test/host")
    .filter((entry) => /^test\/host\/(index|[^/]+\.test)\.ts$/.test(entry))
    .map((entry) => bundle(entry, entry.replace(/\.ts$/, ".js"), host));
}

function testOptions(entryPoints, outdir) {
  const format = {
    ...node,
    format: "esm",
    packages: "external",
    sourcemap: "inline",
    outExtension: { ".js": ".mjs" },
  };
  return { ...format, splitting: true, entryPoints, outbase: "test", outdir };
}

/** Replaces a file only when its text is another, so that whoever runs it meanwhile is not disturbed. */
function writeIfChanged({ path, contents }) {
  if (existsSync(path) && readFileSync(path).equals(contents)) return;
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, contents);
}

/** Builds one bundle; gives the paths that it wrote and those of what went into it. */
async function emit(options, minify) {
  const { outputFiles, metafile } = await esbuild.build({ ...shared(minify), metafile: true, ...options });
  for (const file of outputFiles) writeIfChanged(file);
  const written = outputFiles.map(({ path }) => relative(root, path).split(sep).join("/"));
  return { written, inputs: Object.keys(metafile.inputs) };
}

/** Import and require give the same library: each of two would refuse the tensors of the other. */
async function emitDoor(options, library) {
  const { metafile } = await esbuild.build({ ...shared(false), metafile: true, ...options });
  const [[path, { exports }]] = Object.entries(metafile.outputs).filter(([name]) => !name.endsWith(".map"));
  // `var` and `import` are names for an export, but not for a variable.
  const names = exports.map((name) => [name, `${name}_`]).sort();
  const taken = names.map(([name, own]) => `  ${name}: ${own},\n`).join("");
  const given = names.map(([name, own]) => `  ${own} as ${name},\n`).join("");
  const text = `import library from "${library}";\n\nconst {\n${taken}} = library;\nexport {\n${given}};\n`;
  writeIfChanged({ path: inRoot(path), contents: Buffer.from(text) });
  return { written: [path], inputs: Object.keys(metafile.inputs) };
}

/** Deletes what an earlier build left of source files that are gone. */
function removeStale(written) {
  const stale = ["dist/webview", "dist/test/host"].flatMap(filesBelow).filter((path) => !written.has(path));
  for (const path of stale) rmSync(inRoot(path));
}

const codicons = "node_modules/@vscode/codicons/dist";
/** Files that are used as they are. */
const assets = [
  "node_modules/uplot/dist/uPlot.min.css",
  `${codicons}/codicon.css`,
  `${codicons}/codicon.ttf`,
];

function copyAssets() {
  mkdirSync(inRoot("dist/webview"), { recursive: true });
  for (const asset of assets.filter(has))
    copyFileSync(inRoot(asset), inRoot(`dist/webview/${basename(asset)}`));
  if (has("dist/cli.js")) chmodSync(inRoot("dist/cli.js"), 0o755);
}

function plan() {
  const wanted = [...products(), ...panels(), ...hostTests()];
  const missing = new Set(wanted.map(({ entry }) => entry).filter((entry) => !has(entry)));
  if (missing.size > 0) console.log(`Not there yet, left out: ${[...missing].join(", ")}`);
  return wanted.filter(({ entry }) => has(entry));
}

/** Builds everything but the unit tests; gives the entry files that did not compile. `minify` is for what is shipped. */
export async function build({ minify = false } = {}) {
  await buildKernels();
  const failed = [];
  const make = async ({ entry, options, door }) => {
    try {
      return door ? await emitDoor(options, door) : await emit(options, minify);
    } catch {
      failed.push(entry);
      return { written: [], inputs: [] };
    }
  };
  const made = await Promise.all(plan().map(make));
  removeStale(new Set(made.flatMap(({ written }) => written)));
  copyAssets();
  const shipped = made.filter(({ written }) => !written.some((path) => path.startsWith("dist/test/")));
  const packages = packagesOf([...shipped.flatMap(({ inputs }) => inputs), ...assets]);
  writeIfChanged({
    path: inRoot("dist/THIRD-PARTY-NOTICES.txt"),
    contents: Buffer.from(noticesText(root, packages)),
  });
  buildTypes();
  return failed;
}

/**
 * Bundles the tests whose paths match into `outdir`, with shared chunks; gives the entry files that did not compile,
 * each named, while the others can still run.
 */
export async function buildTests(pattern, outdir) {
  await buildKernels();
  const entries = filesBelow("test").filter((entry) => entry.endsWith(".test.ts") && pattern.test(entry));
  const together = { ...testOptions(entries, outdir), logLevel: "silent" };
  if (
    await emit(together, false).then(
      () => true,
      () => false,
    )
  )
    return [];
  const failed = [];
  for (const entry of entries)
    await emit(testOptions([entry], outdir), false).catch(() => failed.push(entry));
  return failed;
}

async function watch() {
  const bundled = plan().filter(({ door }) => !door);
  const contexts = bundled.map(({ options }) =>
    esbuild.context({ ...shared(false), ...options, write: true, logLevel: "info" }),
  );
  for (const context of await Promise.all(contexts)) await context.watch();
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  install();
  const started = performance.now();
  const failed = await build({ minify: process.argv.includes("--minify") });
  console.log(`Built dist/ in ${((performance.now() - started) / 1000).toFixed(1)} s`);
  if (failed.length > 0) process.exitCode = 1;
  if (process.argv.includes("--watch")) await watch();
}
