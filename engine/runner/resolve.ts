/** Finds the file that a relative import means: with or without extension, a folder's index, .js for .ts. */
import { statSync } from "node:fs";
import { dirname, extname, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const extensions = [".ts", ".mts", ".cts", ".js", ".mjs", ".cjs", ".json"];
/** TypeScript's way: an import of the file that it would be compiled to. */
const sourceOf: Readonly<Record<string, readonly string[]>> = {
  ".js": [".ts"],
  ".mjs": [".mts"],
  ".cjs": [".cts"],
};

export interface Resolution {
  readonly path: string | null;
  /** What was looked for, in order. */
  readonly tried: readonly string[];
}

export function isRelative(specifier: string): boolean {
  return /^(\.{1,2}(\/|$)|\/|file:)/.test(specifier) || /^[a-z]:[\\/]/i.test(specifier);
}

/** Whether a file belongs to an installed package, which runs as it is. */
export function isInPackage(path: string): boolean {
  return /[\\/]node_modules[\\/]/.test(path);
}

export function isLoadable(path: string): boolean {
  return extensions.includes(extname(path));
}

/**
 * The file that `import` finds, whose specifiers are URLs: `%20` is a space, and each `?query` an instance of its own. A
 * path that no URL can be is one of the file system.
 * @param overlays texts of unsaved files, which count as existing
 */
export function resolveImport(
  specifier: string,
  from: string,
  overlays: Readonly<Record<string, string>>,
): Resolution & { readonly suffix: string } {
  const target = pathOfUrl(specifier, from);
  const found = target === null ? null : resolvePath(target, overlays);
  const [suffix = ""] = /[?#].*$/s.exec(specifier) ?? [];
  if (found?.path) return { ...found, suffix };
  const plain = resolvePath(resolve(dirname(from), specifier), overlays);
  return plain.path || !found ? { ...plain, suffix: "" } : { ...found, suffix };
}

/** The file that `require` finds. */
export function resolveRequire(
  specifier: string,
  from: string,
  overlays: Readonly<Record<string, string>>,
): Resolution {
  return resolvePath(resolve(dirname(from), specifier), overlays);
}

function pathOfUrl(specifier: string, from: string): string | null {
  try {
    return fileURLToPath(new URL(specifier, pathToFileURL(from)));
  } catch {
    return null;
  }
}

function resolvePath(target: string, overlays: Readonly<Record<string, string>>): Resolution {
  const extension = extname(target);
  const stem = target.slice(0, target.length - extension.length);
  const tried = [
    target,
    ...(sourceOf[extension] ?? []).map((other) => stem + other),
    ...extensions.map((other) => target + other),
    ...extensions.map((other) => resolve(target, `index${other}`)),
  ];
  const path = tried.find((each) => Object.hasOwn(overlays, each) || isFile(each)) ?? null;
  return { path, tried };
}

/** False also for what the file system cannot tell: a link to itself, a name that is too long. */
function isFile(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
  } catch {
    return false;
  }
}
