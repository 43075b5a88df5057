// The types of the library: declarations of each source file, and all of them in one file for folders without npm.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, posix } from "node:path";
import { root, run } from "./install.mjs";

const types = join(root, "dist/types");
const entry = "engine/index";
const relativeName = /(\bfrom |\bimport\(|^import |^declare module )"(\.\.?(?:\/[^"]*)?)"/gm;

/** A declaration; WebAssembly's own types belong to the DOM's, which a model file need not have. */
export function readTypes(name) {
  const text = readFileSync(join(types, `${name}.d.ts`), "utf8");
  return text.replaceAll("WebAssembly.Memory", "{ readonly buffer: SharedArrayBuffer }");
}

/** "../tensor" in engine/ops/view → engine/tensor; a folder stands for its index. */
function resolveName(specifier, from) {
  const path = posix.join(posix.dirname(from), specifier);
  return existsSync(join(types, `${path}.d.ts`)) ? path : posix.join(path, "index");
}

/** The files that the library's declarations need, its own first. */
export function filesOfTypes() {
  const found = new Set([entry]);
  for (const name of found)
    for (const [, , specifier] of readTypes(name).matchAll(relativeName))
      found.add(resolveName(specifier, name));
  return [...found];
}

function moduleName(file) {
  return file === entry ? "gradlens" : file.replace(/^engine\//, "gradlens/").replace(/\/index$/, "");
}

/** What one file declares, as blocks that stand in a global file; what it adds to another module is a block of its own. */
function blocksOf(file) {
  const text = readTypes(file)
    .replace(relativeName, (_, before, specifier) => `${before}"${moduleName(resolveName(specifier, file))}"`)
    .replace(/^(export )?declare (?!module)/gm, "$1");
  const additions = /^declare module "([^"]+)" \{\n([\s\S]*?)^\}\n/gm;
  const name = moduleName(file);
  const exported = [...text.matchAll(/^export (?:type|interface) (\w+)/gm)].map((match) => match[1]);
  const imports = [
    ...(text.match(/^import .*;$/gm) ?? []),
    `import { ${exported.join(", ")} } from "${name}";`,
  ];
  const added = [...text.matchAll(additions)].map(([, target, body]) => {
    const others = imports.filter((each) => !each.endsWith(`from "${target}";`));
    return block(target, `${others.join("\n")}\n${body}`);
  });
  return [block(name, text.replace(additions, "")), ...added];
}

function block(name, text) {
  return `declare module "${name}" {\n${text.trimEnd()}\n}\n`;
}

function write(name, text) {
  const path = join(types, name);
  if (existsSync(path) && readFileSync(path, "utf8") === text) return;
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

/** Writes dist/types: the compiler's declarations, their door, and gradlens.d.ts with all of them. */
export function buildTypes() {
  // Errors of types are told by `npm run typecheck`; the declarations are written all the same.
  run(process.execPath, ["node_modules/typescript/bin/tsc", "-b", "engine"], { stdio: "ignore" });
  write("index.d.ts", 'export * from "./engine/index";\n');
  write("index.d.mts", 'export * from "./index.js";\n');
  const head =
    "// The types of Gradlens, for folders without npm. Made by Gradlens; safe to delete and to make anew.\n";
  write("gradlens.d.ts", head + filesOfTypes().flatMap(blocksOf).join("\n"));
}
