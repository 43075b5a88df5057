/** What a model file imports that is no model file: Node's own modules and packages of the person's node_modules. */
import { readFileSync } from "node:fs";
import Module, { createRequire, isBuiltin } from "node:module";
import { dirname, isAbsolute, join } from "node:path";
import vm from "node:vm";

/** Names of exports and their values. */
export type Exports = Readonly<Record<string, unknown>>;

/** What stands behind `with` at an import. */
export type Attributes = Readonly<Record<string, string | undefined>>;

export { isBuiltin };

/** Imports a package as Node would from `file`: ES modules and CommonJS, with the package's `exports`. */
export async function importPackage(
  specifier: string,
  file: string,
  attributes: Attributes,
): Promise<Exports> {
  const script = new vm.Script("(specifier, attributes) => import(specifier, { with: attributes })", {
    filename: file,
    importModuleDynamically: vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  });
  const load: (specifier: string, attributes: Attributes) => Promise<Exports> = script.runInThisContext();
  return load(specifier, { ...attributes });
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
  return (
    isAbsolute(request) &&
    request.endsWith(join("dist", "index.js")) &&
    nameIn(dirname(dirname(request))) === "gradlens"
  );
}

/** Whether a specifier leads into the package that a file belongs to: `#internal`, or the package by its own name. */
export function isOwnName(specifier: string, file: string): boolean {
  if (specifier.startsWith("#")) return true;
  for (let folder = dirname(file); ; folder = dirname(folder)) {
    const name = nameIn(folder);
    if (name !== null) return specifier === name || specifier.startsWith(`${name}/`);
    if (dirname(folder) === folder) return false;
  }
}

/** The name of the package whose manifest lies in a folder; "" when it has none, null when there is no manifest. */
function nameIn(folder: string): string | null {
  try {
    const { name } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as { name?: unknown };
    return typeof name === "string" ? name : "";
  } catch {
    return null;
  }
}
