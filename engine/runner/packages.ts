/** What a model file imports that is no model file: Node's own modules and packages of the person's node_modules. */
import Module, { createRequire, isBuiltin } from "node:module";
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

type Load = (request: string, ...rest: unknown[]) => unknown;

/** Has every `require("gradlens")`, also in packages, give the engine of this process: its tensors know its tape. */
export function shareEngine(gradlens: Exports): void {
  const loader = Module as unknown as { _load: Load };
  const load = loader._load;
  loader._load = (request, ...rest) =>
    request === "gradlens" ? gradlens : load.call(loader, request, ...rest);
}
