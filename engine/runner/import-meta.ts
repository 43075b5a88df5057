/** `import.meta` as Node fills it. */
import { createRequire, isBuiltin } from "node:module";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { isRelative } from "./resolve";

const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
/** `import.meta.main` came with Node 24.2. */
const knowsMain = major > 24 || (major === 24 && minor >= 2);

/** @param require for TypeScript's `import a = require("b")`, which is compiled to it */
export function describeModule(
  meta: ImportMeta,
  url: string,
  file: string,
  isMain: boolean,
  require: (specifier: string) => unknown,
): void {
  const resolve = (specifier: string) => resolveFrom(String(specifier), url, file);
  const main = knowsMain ? { main: isMain } : {};
  Object.assign(meta, { dirname: dirname(file), filename: file, ...main, resolve, url });
  Object.defineProperty(meta, "require", { value: require });
}

/** Of a path the URL, whether a file is there or not, as Node does it. @throws for a package that is not installed */
function resolveFrom(specifier: string, url: string, file: string): string {
  if (isRelative(specifier)) return new URL(specifier, url).href;
  if (isBuiltin(specifier)) return specifier.startsWith("node:") ? specifier : `node:${specifier}`;
  if (URL.canParse(specifier)) return new URL(specifier).href;
  const path =
    specifier === "gradlens" ? join(__dirname, "index.mjs") : createRequire(file).resolve(specifier);
  return pathToFileURL(path).href;
}
