// Reads what each file exports, and which of it other files ask for.
import { existsSync, readFileSync } from "node:fs";
import { dirname, posix } from "node:path";

const exported =
  /^export (?:declare )?(?:abstract )?(?:async )?(class|interface|type|function\*?|const|let|enum) (\w+)/gm;

/** Names that a file declares and exports, with the word that declares each. */
export function exportsOf(path: string): ReadonlyMap<string, string> {
  return new Map(
    [...readFileSync(path, "utf8").matchAll(exported)].map(([, kind = "", name = ""]) => [name, kind]),
  );
}

const asking =
  /^(?:import|export)\s+(?:type\s+)?(\*[\w\s]*|\{[^}]*\})\s+from\s+"(\.[^"]*)"|\bimport\(\s*"(\.[^"]*)"/gm;

/** What a file asks of others: of each file by its path the names, "*" for all that it has. */
export function askedBy(path: string): [file: string, name: string][] {
  return [...readFileSync(path, "utf8").matchAll(asking)].flatMap(([, what = "*", from, later]) => {
    const target = posix.normalize(posix.join(dirname(path), from ?? later ?? ""));
    const file = [`${target}.ts`, posix.join(target, "index.ts")].find((each) => existsSync(each));
    if (file === undefined) return [];
    const names = what.startsWith("*")
      ? ["*"]
      : [...what.matchAll(/(?:^|[{,])\s*(?:type\s+)?(\w+)/g)].map(([, name = ""]) => name);
    return names.map((name): [string, string] => [file, name]);
  });
}

/**
 * Exported values that no other file asks for, and types that nothing mentions at all: "file: name". A type may be exported
 * for what is said of a function that is.
 */
export function unusedExports(files: readonly string[], readers: readonly string[]): string[] {
  const asked = new Set(readers.flatMap((path) => askedBy(path).map((each) => each.join(": "))));
  const unused = (path: string): string[] => {
    const text = readFileSync(path, "utf8");
    const isOwn = (name: string) => text.split(new RegExp(`\\b${name}\\b`)).length > 2;
    return [...exportsOf(path)]
      .filter(
        ([name, kind]) => !asked.has(`${path}: ${name}`) && !(/interface|type/.test(kind) && isOwn(name)),
      )
      .map(([name]) => `${path}: ${name}`);
  };
  return files.filter((path) => !asked.has(`${path}: *`)).flatMap(unused);
}
