/** Runs model files in the form of CommonJS: `require`, `module.exports`. */
import Module, { createRequire } from "node:module";
import { dirname, extname } from "node:path";
import vm from "node:vm";
import type { Runtime } from "../source";
import { missingFile } from "./import-problems";
import type { Loading } from "./loading";
import { ModelProblem } from "./model-problem";
import type { ModelSource } from "./model-sources";
import { isInPackage, isLoadable, isRelative, resolveRequire } from "./resolve";
import { runtime } from "./runtime";

type Wrapper = (
  exports: unknown,
  require: NodeJS.Require,
  module: Module,
  file: string,
  folder: string,
) => void;

/** Those of the run that began last: `createRequire` in a model file asks Node, and Node asks here. */
let current: CommonJsModules | null = null;

/** What a model file that asks Node for a file gets; null when Node is to look for it. */
export function requireOwn(
  request: string,
  parent: Module | undefined,
): { readonly exports: unknown } | null {
  return (parent && current?.requireFor(request, parent)) ?? null;
}

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

/** The files that ran in this way, in one run. */
export class CommonJsModules {
  /** What a model sees as `require.cache`: what it takes out runs anew. */
  readonly #cache = Object.create(null) as Record<string, Module>;
  #main: Module | undefined;

  constructor(readonly loader: Loading) {
    current = this;
  }

  /** What the file exports. */
  load(source: ModelSource, parent?: Module): unknown {
    const { file } = source;
    const known = this.#cache[file];
    if (known) return known.exports;
    const module = this.#module(file, parent);
    try {
      this.#run(source, module);
    } catch (error) {
      delete this.#cache[file];
      throw error;
    }
    module.loaded = true;
    return module.exports;
  }

  /** `require(specifier)` in a model file. */
  require(specifier: string, source: ModelSource, parent?: Module): unknown {
    const { gradlens, overlays, sources } = this.loader.options;
    if (specifier === "gradlens") return gradlens;
    if (!isRelative(specifier)) return createRequire(source.file)(specifier);
    const { path, tried } = resolveRequire(specifier, source.file, overlays);
    if (!path) throw missingFile(specifier, source, tried, [], "MODULE_NOT_FOUND");
    if (!isLoadable(path) || isInPackage(path)) return createRequire(source.file)(path);
    if (extname(path) === ".json") return this.#json(path, parent);
    const other = sources.find(path) ?? sources.compile(path, this.loader.readText(path));
    if (other.analysis.format === "commonjs") return this.load(other, parent);
    throw new ModelProblem(`require("${specifier}") finds an ES module, which cannot be loaded by require`, {
      hint: "use import at the head of the file, or await import(…) in a function",
    });
  }

  /** The same for `createRequire` and `module.require`; null for what is none of the model's own files. */
  requireFor(request: string, parent: Module): { readonly exports: unknown } | null {
    const source = isRelative(request) ? this.loader.options.sources.find(parent.filename) : null;
    const { path = null } = source ? resolveRequire(request, source.file, this.loader.options.overlays) : {};
    if (!source || !path || !isLoadable(path) || isInPackage(path)) return null;
    return { exports: this.require(request, source, parent) };
  }

  #module(file: string, parent: Module | undefined): Module {
    const isMain = file === this.loader.entry;
    const module = new Module(isMain ? "." : file, parent);
    Object.assign(module, {
      filename: file,
      path: dirname(file),
      paths: createRequire(file).resolve.paths("x"),
    });
    if (isMain) this.#main = Object.assign(module, { parent: null });
    this.#cache[file] = module;
    return module;
  }

  #run(source: ModelSource, module: Module): void {
    const { file, code } = source;
    const head = "return function (exports, require, module, __filename, __dirname) {";
    // What Node leaves out, too.
    const body = code.replace(/^#!/, "//");
    const make = vm.compileFunction(`${head}${body}\n}`, [source.runtime], {
      filename: file,
      columnOffset: -head.length,
      importModuleDynamically: (specifier) => this.loader.importFrom(specifier, file) as never,
    }) as unknown as (runtime: Runtime) => Wrapper;
    const exports: unknown = module.exports;
    make(runtime).call(exports, exports, this.#requireOf(source, module), module, file, dirname(file));
  }

  #requireOf(source: ModelSource, module: Module): NodeJS.Require {
    const native = createRequire(source.file);
    const { overlays } = this.loader.options;
    const require = (specifier: string) => this.require(specifier, source, module);
    const resolve = (specifier: string, options?: NodeJS.RequireResolveOptions) => {
      const own =
        !options && isRelative(specifier) ? resolveRequire(specifier, source.file, overlays).path : null;
      return own ?? native.resolve(specifier, options);
    };
    return Object.assign(require, {
      resolve: Object.assign(resolve, { paths: native.resolve.paths }),
      main: this.#main,
      cache: this.#cache,
      extensions: native.extensions,
    });
  }

  #json(path: string, parent: Module | undefined): unknown {
    const known = this.#cache[path];
    if (known) return known.exports;
    const module = this.#module(path, parent);
    module.exports = this.loader.readJson(path);
    module.loaded = true;
    return module.exports;
  }
}
