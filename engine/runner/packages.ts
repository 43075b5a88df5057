/** What a model file imports that is no model file: Node's own modules and packages of the person's node_modules. */
import { readFileSync } from "node:fs";
import Module, { createRequire, isBuiltin } from "node:module";
import { dirname, isAbsolute, join } from "node:path";
import vm from "node:vm";

/** Names of exports and their values. */
export type Exports = Readonly<Record<string, unknown>>;

export { isBuiltin };

/** Imports a package as Node would from `file`: ES modules and CommonJS, with the package's `exports`. */
export async function importPackage(specifier: string, file: string): Promise<Exports> {
  const script = new vm.Script("(specifier) => import(specifier)", {
    filename: file,
    importModuleDynamically: vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  });
  const load: (specifier: string) => Promise<Exports> = script.runInThisContext();
  return load(specifier);
}

/** Loads a module of Node's own, as an ES module sees it: each function by name, and all as `default`. */
export function importBuiltin(specifier: string): Exports {
  const exports = process.getBuiltinModule(specifier) as unknown as Exports;
  return { ...exports, default: exports };
}

/** The file that a package's name stands for, by CommonJS's rules; null when there is none. */
export function findPackage(specifier: string, file: string): string | null {
  try {
    return createRequire(file).resolve(specifier);
  } catch {
    return null;
  }
}

type Load = (request: string, parent?: Module, ...rest: unknown[]) => unknown;
type Own = (request: string, parent: Module | undefined) => { readonly exports: unknown } | null;

/**
 * Has every `require("gradlens")`, also in packages, give the engine of this process: its tensors know its tape. What ES
 * modules in packages import ends in a `require`, too, of the file that stands behind it.
 * @param own gives what a model file gets that asks Node's own `require` for another one
 */
export function shareEngine(gradlens: Exports, own: Own): void {
  const loader = Module as unknown as { _load: Load; readonly _cache: Readonly<Record<string, Module>> };
  const load = loader._load;
  loader._load = (request, parent, ...rest) => {
    if (request === "gradlens") return gradlens;
    if (isLibrary(request)) {
      // An ES module that imports it has made the module already, and takes what stands there.
      const made = loader._cache[request];
      if (made) Object.assign(made, { exports: gradlens, loaded: true });
      return gradlens;
    }
    const found = own(request, parent);
    return found ? found.exports : load.call(loader, request, parent, ...rest);
  };
}

/** Whether a path is that of a library that somebody has installed. */
function isLibrary(request: string): boolean {
  if (!isAbsolute(request) || !request.endsWith(join("dist", "index.js"))) return false;
  try {
    const { name } = JSON.parse(readFileSync(join(dirname(dirname(request)), "package.json"), "utf8")) as {
      name?: unknown;
    };
    return name === "gradlens";
  } catch {
    return false;
  }
}
