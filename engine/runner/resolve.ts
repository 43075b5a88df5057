/** Finds the file that a relative import means: with or without extension, a folder's index, .js for .ts. */
import { statSync } from "node:fs";
import { dirname, extname, resolve } from "node:path";
import { fileURLToPath } from "node:url";

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

export function isModelFile(path: string): boolean {
  return extensions.includes(extname(path));
}

/** @param overlays texts of unsaved files, which count as existing */
export function resolveRelative(
  specifier: string,
  from: string,
  overlays: Readonly<Record<string, string>>,
): Resolution {
  const bare = specifier.startsWith("file:") ? specifier : specifier.replace(/[?#].*$/, "");
  const target = bare.startsWith("file:") ? fileURLToPath(bare) : resolve(dirname(from), bare);
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

export function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}
