// Reads what each file imports: for the rules of who may import whom, and for circles.
import { existsSync, readFileSync } from "node:fs";
import { dirname, posix } from "node:path";

export interface Import {
  /** A path without its ending, a folder with a slash behind it, or the name of a package. */
  readonly target: string;
  readonly isType: boolean;
}

export function importsOf(path: string): Import[] {
  const statement =
    /^\s*(?:import|export)\s+(type\s)?(?:[\w*\s{},$]+?from\s+)?"([^"]+)"|\bimport\(\s*"([^"]+)"\s*\)/gm;
  return [...readFileSync(path, "utf8").matchAll(statement)].map((match) => {
    const name = match[2] ?? match[3] ?? "";
    const target = name.startsWith(".") ? posix.normalize(posix.join(dirname(path), name)) : name;
    return { target: target.replace(/\/index$/, "/"), isType: match[1] !== undefined };
  });
}

function fileOf(target: string): string | null {
  const found = [`${target}.ts`, posix.join(target, "index.ts")].find((each) => existsSync(each));
  return found ?? null;
}

/**
 * Circles of imports, each as a path that ends where it began; where files are entangled, at least one of theirs.
 * @param imports what a file imports; the values that it really imports when left out
 */
export function circlesOf(
  files: readonly string[],
  imports: (file: string) => readonly string[] = valuesImportedBy,
): string[][] {
  const circles: string[][] = [];
  const path: string[] = [];
  const done = new Set<string>();
  const visit = (file: string) => {
    if (path.includes(file)) circles.push([...path.slice(path.indexOf(file)), file]);
    if (path.includes(file) || done.has(file)) return;
    path.push(file);
    imports(file).forEach(visit);
    path.pop();
    done.add(file);
  };
  files.forEach(visit);
  return circles;
}

function filesOf(imports: readonly Import[]): string[] {
  return imports.flatMap(({ target }) => fileOf(target) ?? []);
}

function valuesImportedBy(path: string): string[] {
  return filesOf(importsOf(path).filter(({ isType }) => !isType));
}

/** Types as well. */
export function allImportedBy(path: string): string[] {
  return filesOf(importsOf(path));
}
