// Reads the declarations that the build leaves in dist/types: what a module offers, with its members and doc comments.
import { existsSync, readFileSync } from "node:fs";
import { join, posix } from "node:path";

interface Member {
  readonly name: string;
  readonly isDocumented: boolean;
}

export interface Declaration extends Member {
  /** The module, as in "engine/nn/linear". */
  readonly file: string;
  /** All of it, overloads included. */
  readonly text: string;
  /** Public ones, of classes and interfaces. */
  readonly members: readonly Member[];
}

const types = join(process.cwd(), "dist/types");
const declared = /^(?:export )?(?:declare )?(?:abstract )?(function|const|class|interface|type) (\w+)/;
const member =
  /^ {4}(?!(?:private|protected|constructor)\b)(?:readonly |static |get |abstract )*(\w+)\??[:(<]/;

const read = (file: string) => readFileSync(join(types, `${file}.d.ts`), "utf8");

/** "./linear" in engine/nn/index → engine/nn/linear; a folder stands for its index. */
function resolve(specifier: string, from: string): string {
  const path = posix.join(posix.dirname(from), specifier);
  return existsSync(join(types, `${path}.d.ts`)) ? path : posix.join(path, "index");
}

/** All that a file declares, exported or not, by name. */
function declarationsOf(file: string): Map<string, Declaration> {
  const lines = read(file).split("\n");
  const found = new Map<string, Declaration>();
  for (const [i, line] of lines.entries()) {
    const name = declared.exec(line)?.[2];
    if (name === undefined) continue;
    const block = blockAt(lines, i);
    const before = found.get(name);
    found.set(name, {
      ...{ name, file },
      text: `${before?.text ?? ""}${block.join("\n")}\n`,
      isDocumented: before?.isDocumented === true || isDocumented(lines, i),
      members: membersOf(block),
    });
  }
  return found;
}

/** The lines of the declaration that begins at line i. */
function blockAt(lines: readonly string[], i: number): string[] {
  const end = lines.findIndex((line, at) => at >= i && /^(\S.*)?[;}]$/.test(line));
  return lines.slice(i, end + 1);
}

function isDocumented(lines: readonly string[], i: number): boolean {
  return i > 0 && (lines[i - 1] as string).trimEnd().endsWith("*/");
}

function membersOf(block: readonly string[]): Member[] {
  const found = new Map<string, Member>();
  const [head = ""] = block;
  if (!/\b(class|interface) /.test(head)) return [];
  // A literal type among what it extends ends with a line of its own before the members begin.
  const begin = /[<(]\{$|extends \{$/.test(head) ? block.findIndex((line) => /^\}.*\{$/.test(line)) : 0;
  for (const [i, line] of block.entries()) {
    const name = member.exec(line)?.[1];
    if (i <= begin || name === undefined || found.has(name)) continue;
    found.set(name, { name, isDocumented: isDocumented(block, i) });
  }
  return [...found.values()];
}

/** What a module exports, namespaces such as `nn` included, and the interfaces that its declarations name. */
export function publicDeclarations(file: string, only?: ReadonlySet<string>): Declaration[] {
  const found = passedOn(file, only);
  const own = declarationsOf(file);
  for (const [name, declaration] of own) {
    const isWanted = only === undefined ? declaration.text.startsWith("export ") : only.has(name);
    if (isWanted) found.push(declaration, ...namedBy(declaration, own));
  }
  return [...new Map(found.map((each) => [`${each.file} ${each.name}`, each])).values()];
}

/** What a module exports of others. */
function passedOn(file: string, only: ReadonlySet<string> | undefined): Declaration[] {
  const text = read(file);
  const exported = [...text.matchAll(/^export \{([^}]*)\};/gm)].map(([, names]) => names).join();
  const from = /^(export|import) (\*|\* as (\w+)|\{[^}]*\}) from "([^"]+)";/gm;
  return [...text.matchAll(from)].flatMap(([, verb, names = "", namespace, specifier = ""]) => {
    const target = resolve(specifier, file);
    if (namespace !== undefined) {
      const isOffered = verb === "export" || new RegExp(`\\b${namespace}\\b`).test(exported);
      return isOffered && only === undefined ? publicDeclarations(target) : [];
    }
    if (verb === "import") return [];
    if (names === "*") return publicDeclarations(target, only);
    const wanted = namesIn(names);
    return publicDeclarations(
      target,
      only === undefined ? wanted : new Set([...wanted].filter((name) => only.has(name))),
    );
  });
}

function namesIn(list: string): Set<string> {
  const each = list.slice(1, -1).split(",");
  return new Set(
    each.map((name) =>
      name
        .trim()
        .replace(/^type /, "")
        .replace(/ as \w+$/, ""),
    ),
  );
}

/** Interfaces of the same file that a declaration mentions, and the class that it extends: their members are its own, too. */
function namedBy({ text }: Declaration, own: ReadonlyMap<string, Declaration>): Declaration[] {
  const words = new Set(text.match(/\w+/g));
  const base = /^export .*class \w+(?:<.*>)? extends (\w+)/.exec(text)?.[1];
  return [...own.values()].filter(
    (each) => each.name === base || (words.has(each.name) && /^(export )?interface /.test(each.text)),
  );
}
