/** Which files to pass over: patterns of settings and of .gitignore, and whether a path fits one. */

/** One part of a pattern as a regular expression; `at` is where it begins. */
const parts: readonly (readonly [RegExp, (inner: string) => string])[] = [
  [/^\*\*\//, () => "(?:[^/]+/)*"],
  [/^\*\*/, () => ".*"],
  [/^\*/, () => "[^/]*"],
  [/^\?/, () => "[^/]"],
  [/^\{([^{}]*)\}/, (inner) => `(?:${inner.split(",").map(sourceOf).join("|")})`],
  [/^\[!([^\]/]+)\]/, (inner) => `[^${inner.replaceAll("\\", "\\\\")}/]`],
  [/^\[([^\]/]+)\]/, (inner) => `[${inner.replaceAll("\\", "\\\\")}]`],
  [/^([\s\S])/, (inner) => inner.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")],
];

function sourceOf(glob: string): string {
  let source = "";
  for (let rest = glob; rest !== ""; ) {
    for (const [pattern, write] of parts) {
      const found = pattern.exec(rest);
      if (!found) continue;
      source += write(found[1] ?? "");
      rest = rest.slice(found[0].length);
      break;
    }
  }
  return source;
}

/** Patterns with many stars take too long to try, and nobody means them. */
function isSimple(glob: string): boolean {
  const deep = glob.split("**").length - 1;
  return deep <= 3 && glob.split("/").every((part) => part.replaceAll("**", "").split("*").length <= 4);
}

/** Whether a path below a folder, written with slashes, fits one of the patterns or lies in a folder that does. */
export function matcherOf(globs: readonly string[]): (path: string) => boolean {
  const patterns = globs
    .filter(isSimple)
    .map((glob) => new RegExp(`^${sourceOf(glob.replace(/\/(?:\*\*)?$/, ""))}(?:/.*)?$`, "s"));
  return (path) => patterns.some((pattern) => pattern.test(path));
}

/**
 * The patterns of a .gitignore as those of VS Code. Where a later line takes something back, only whole folders are
 * passed over: rather a file too many than one too few.
 */
export function ignoredGlobs(text: string): string[] {
  const lines = text
    .split(/\r?\n/)
    .map((line) => line.replace(/(?<!\\)\s+$/, ""))
    .filter((line) => line !== "" && !line.startsWith("#"));
  const takesBack = lines.some((line) => line.startsWith("!"));
  return lines.flatMap((line) => {
    if (line.startsWith("!") || (takesBack && !line.endsWith("/"))) return [];
    const plain = line.replace(/\/$/, "").replace(/^\\(?=[#!])/, "");
    // A pattern with a slash in front or in its middle begins at the file's own folder.
    const isRooted = plain.replace(/^\*\*\//, "").includes("/");
    if (plain.startsWith("**/")) return [plain];
    return [isRooted ? plain.replace(/^\//, "") : `**/${plain}`];
  });
}
