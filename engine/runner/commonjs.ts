/** Runs a model file in the form of CommonJS: `require`, `module.exports`. */
import { createRequire } from "node:module";
import { dirname, extname } from "node:path";
import vm from "node:vm";
import type { Runtime } from "../source";
import { missingFile } from "./import-problems";
import type { Loader } from "./loader";
import { ModelProblem } from "./model-problem";
import type { ModelSource } from "./model-sources";
import { isRelative, resolveRelative } from "./resolve";
import { runtime } from "./runtime";

type Wrapper = (
  exports: unknown,
  require: (specifier: string) => unknown,
  module: { exports: unknown },
  file: string,
  folder: string,
) => void;

const loaded = new WeakMap<Loader, Map<string, { exports: unknown }>>();

/** The names that an ES module can import from the file, as far as its text shows them; `default` is all of it. */
export function namesOfCommonJs({ text, analysis }: ModelSource): string[] {
  const assigned = [...text.matchAll(/(?<![.\w$])(?:module\.)?exports\.([\w$]+)\s*=(?!=)/g)].map(
    ([, name]) => name,
  );
  const defined = [...text.matchAll(/defineProperty\(\s*exports,\s*["']([\w$]+)["']/g)].map(
    ([, name]) => name,
  );
  const [, listed = ""] = /(?<![.\w$])module\.exports\s*=\s*\{([^}]*)/.exec(text) ?? [];
  const keys = [...listed.matchAll(/(?:^|,)\s*(?:async\s+)?["']?([\w$]+)["']?\s*(?=[,:(]|$)/g)].map(
    ([, name]) => name,
  );
  const names = [...analysis.exports, ...assigned, ...defined, ...keys, "default"];
  return [...new Set(names.filter((name) => name !== undefined))];
}

/** What the file exports; a file runs once for each loader. */
export function loadCommonJs(source: ModelSource, loader: Loader): unknown {
  const { file, code } = source;
  const modules = loaded.get(loader) ?? new Map<string, { exports: unknown }>();
  loaded.set(loader, modules);
  const known = modules.get(file);
  if (known) return known.exports;
  const module = { exports: {} as unknown };
  modules.set(file, module);
  const head = "return function (exports, require, module, __filename, __dirname) {";
  // What Node leaves out, too.
  const body = code.replace(/^#!/, "//");
  const make = vm.compileFunction(`${head}${body}\n}`, [source.runtime], {
    filename: file,
    columnOffset: -head.length,
    importModuleDynamically: (specifier) => loader.importFrom(specifier, file) as never,
  }) as unknown as (runtime: Runtime) => Wrapper;
  const run = make(runtime);
  const require = (specifier: string) => requireFrom(specifier, source, loader);
  run.call(module.exports, module.exports, require, module, file, dirname(file));
  return module.exports;
}

/** `require(specifier)` in a model file. */
export function requireFrom(specifier: string, source: ModelSource, loader: Loader): unknown {
  if (specifier === "gradlens") return loader.options.gradlens;
  if (!isRelative(specifier)) return createRequire(source.file)(specifier);
  const { path, tried } = resolveRelative(specifier, source.file, loader.options.overlays);
  if (!path) throw missingFile(specifier, source, tried, []);
  if (extname(path) === ".json") return JSON.parse(loader.readText(path));
  const { sources } = loader.options;
  const other = sources.find(path) ?? sources.compile(path, loader.readText(path));
  if (other.analysis.format === "commonjs") return loadCommonJs(other, loader);
  throw new ModelProblem(`require("${specifier}") finds an ES module, which cannot be loaded by require`, {
    hint: "use import at the head of the file, or await import(…) in a function",
  });
}
