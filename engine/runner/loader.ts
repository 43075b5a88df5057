/** Loads a model file and what it imports, each run anew: TypeScript, JavaScript, JSON, packages, Node's modules. */

import { readdirSync } from "node:fs";
import { dirname, extname, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import vm from "node:vm";
import type { Site } from "../report/report";
import { CommonJsModules, namesOfCommonJs } from "./commonjs";
import { describeModule } from "./import-meta";
import { jsonProblem, missingExport, missingFile, packageProblem, siteOfImport } from "./import-problems";
import type { LoaderOptions, Loading } from "./loading";
import { ModelProblem } from "./model-problem";
import type { ModelSource } from "./model-sources";
import { notCode, readModelText } from "./model-text";
import {
  type Attributes,
  type Exports,
  findPackage,
  importBuiltin,
  importPackage,
  isBuiltin,
  isOwnName,
} from "./packages";
import { isInPackage, isLoadable, isRelative, resolveImport, resolveRequire } from "./resolve";
import { runtime } from "./runtime";
import { mapBySettings } from "./tsconfig-paths";

interface ImportedBy {
  readonly specifier: string;
  readonly source: ModelSource;
}

/** TypeScript's `import fs = require("fs")`, which is legal in a module. */
const assignsImports = /^\s*import\s+[\p{ID_Continue}$]+\s*=\s*require\b/mu;
/** What compiled code imports; no file and no package can be called that. */
const runtimeModule = "gradlens:\0runtime";
const requireFunction = "function require(specifier) { return import.meta.require(specifier); }";

export class Loader implements Loading {
  readonly #modules = new Map<string, Promise<vm.Module>>();
  readonly #loading = new Map<vm.Module, Promise<void>>();
  readonly #commonJsModules = new CommonJsModules(this);

  /** @param entry the file that the run is about */
  constructor(
    readonly options: LoaderOptions,
    readonly entry: string,
  ) {}

  /** Loads and runs the file and gives its exports. @throws ModelProblem, SourceProblem, or what the file throws */
  async run(): Promise<Exports> {
    return this.#evaluate(await this.#file(this.entry));
  }

  /** The text of a file: that of the editor when it is not saved. @param site where it is imported */
  readText(file: string, site: Site | null = null): string {
    const { overlays } = this.options;
    return (Object.hasOwn(overlays, file) ? overlays[file] : undefined) ?? readModelText(file, site);
  }

  async #evaluate(module: vm.Module): Promise<Exports> {
    const run = this.#loading.get(module) ?? this.#linkAndRun(module);
    this.#loading.set(module, run);
    await run;
    return module.namespace as Exports;
  }

  async #linkAndRun(module: vm.Module): Promise<void> {
    try {
      if (module.status === "unlinked")
        await module.link((specifier, from, { attributes }) =>
          this.#resolve(specifier, from.identifier, attributes),
        );
    } catch (error) {
      throw (
        missingExport(error, this.options.sources.files, (specifier, source) =>
          this.#exportsOf(specifier, source),
        ) ?? error
      );
    }
    if (module.status === "linked") await module.evaluate();
    else if (module.status === "errored") throw module.error;
  }

  async #resolve(specifier: string, from: string, attributes: Attributes = {}): Promise<vm.Module> {
    const { gradlens, sources, overlays } = this.options;
    if (specifier === "gradlens") return this.#once("gradlens", () => synthetic("gradlens", gradlens));
    if (specifier === runtimeModule) return this.#once(specifier, () => synthetic(specifier, { runtime }));
    if (isBuiltin(specifier))
      return this.#once(specifier, () => synthetic(specifier, importBuiltin(specifier)));
    const source = sources.find(from);
    if (!source) throw new ModelProblem(`Cannot import "${specifier}" from ${from}`);
    if (isRelative(specifier)) {
      const { path, tried, suffix } = resolveImport(specifier, source.file, overlays);
      if (path) return this.#file(path, suffix, { specifier, source });
      throw missingFile(specifier, source, tried, namesBeside(resolve(dirname(source.file), specifier)));
    }
    return this.#package(specifier, source, attributes);
  }

  #package(specifier: string, source: ModelSource, attributes: Attributes): Promise<vm.Module> {
    const { targets, problem } = mapBySettings(specifier, source.file);
    for (const target of targets) {
      const { path: own } = resolveRequire(target, source.file, this.options.overlays);
      if (own && isLoadable(own)) return this.#file(own);
    }
    const path = findPackage(specifier, source.file);
    // A package of the same workspace, linked into node_modules, is the person's own source.
    const isOwn = path !== null && isLoadable(path) && !isInPackage(path);
    if (isOwn && (/\.[mc]?ts$/.test(path) || isOwnName(specifier, source.file))) return this.#file(path);
    return this.#once(`${specifier} from ${dirname(source.file)}`, async () => {
      try {
        return synthetic(specifier, await importPackage(specifier, source.file, attributes));
      } catch (error) {
        throw packageProblem(specifier, source, error, problem);
      }
    });
  }

  /** @param suffix the `?query` of the import: the file runs once for each */
  #file(path: string, suffix = "", by: ImportedBy | null = null): Promise<vm.Module> {
    return this.#once(path + suffix, () => {
      const site = by && siteOfImport(by.specifier, by.source);
      if (extname(path) === ".json") return synthetic(path, { default: this.readJson(path, site) });
      if (!isLoadable(path)) throw notCode(by?.specifier ?? path, path, site);
      const source = this.options.sources.compile(path, this.readText(path, site));
      return source.analysis.format === "commonjs" ? this.#commonJs(source) : this.#esModule(source, suffix);
    });
  }

  #esModule(source: ModelSource, suffix: string): vm.Module {
    const { file, code } = source;
    const url = pathToFileURL(file).href + suffix;
    // At the end, so that no line moves; imports and functions are there from the start.
    const imported = `import { runtime as ${source.runtime} } from "${runtimeModule}";`;
    const added = assignsImports.test(source.text) ? `${imported} ${requireFunction}` : imported;
    return new vm.SourceTextModule(`${code}\n${added}`, {
      identifier: url,
      initializeImportMeta: (meta) => {
        describeModule(meta, url, file, file === this.entry, (specifier) =>
          this.#commonJsModules.require(specifier, source),
        );
      },
      importModuleDynamically: (specifier, _, attributes) =>
        this.importFrom(specifier, file, attributes as Attributes) as never,
    });
  }

  #commonJs(source: ModelSource): vm.Module {
    const names = namesOfCommonJs(source);
    const loader = this;
    return new vm.SyntheticModule(
      names,
      function (this: vm.SyntheticModule) {
        const exports = loader.#commonJsModules.load(source);
        for (const name of names)
          this.setExport(name, name === "default" ? exports : (exports as Exports)?.[name]);
      },
      { identifier: source.file },
    );
  }

  /** `import(specifier)` in a file. */
  async importFrom(specifier: string, file: string, attributes?: Attributes): Promise<Exports> {
    return this.#evaluate(await this.#resolve(specifier, file, attributes));
  }

  /** @throws ModelProblem for what is no JSON */
  readJson(path: string, site: Site | null = null): unknown {
    const text = this.readText(path, site);
    try {
      return JSON.parse(text);
    } catch (error) {
      throw jsonProblem(path, text, error);
    }
  }

  #once(key: string, make: () => vm.Module | Promise<vm.Module>): Promise<vm.Module> {
    const known = this.#modules.get(key) ?? Promise.resolve().then(make);
    this.#modules.set(key, known);
    return known;
  }

  #exportsOf(specifier: string, { file }: ModelSource): readonly string[] {
    if (specifier === "gradlens") return Object.keys(this.options.gradlens);
    const { path } = isRelative(specifier)
      ? resolveImport(specifier, file, this.options.overlays)
      : { path: null };
    return path ? (this.options.sources.find(path)?.analysis.exports ?? []) : [];
  }
}

function synthetic(identifier: string, exports: Exports): vm.Module {
  const names = Object.keys(exports);
  return new vm.SyntheticModule(
    names,
    function (this: vm.SyntheticModule) {
      for (const name of names) this.setExport(name, exports[name]);
    },
    { identifier },
  );
}

function namesBeside(path: string): string[] {
  try {
    return readdirSync(dirname(path)).filter(isLoadable);
  } catch {
    return [];
  }
}
