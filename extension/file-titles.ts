/** Names of files that tell them apart, as the tabs of VS Code do. */

interface Path {
  readonly file: string;
  readonly name: string;
  readonly folders: readonly string[];
}

/** The name of each file, with as much of its folder as no other file of that name has: "model.ts — a". */
export function fileTitles(files: Iterable<string>): Map<string, string> {
  const paths = [...new Set(files)].map(pathOf);
  return new Map(
    paths.map((path) => {
      const alike = paths.filter((other) => other !== path && other.name === path.name);
      return [path.file, alike.length === 0 ? path.name : `${path.name} — ${ownEnd(path, alike)}`];
    }),
  );
}

function pathOf(file: string): Path {
  const folders = file.split(/[\\/]/).filter((part) => part !== "");
  return { file, name: folders.pop() ?? "", folders };
}

/** The last folders of a path, as few as it takes to differ from all others. */
function ownEnd({ folders }: Path, others: readonly Path[]): string {
  const end = (path: readonly string[], count: number) => path.slice(-count).join("/");
  const counts = folders.map((_, i) => i + 1);
  const enough = counts.find((count) =>
    others.every((other) => end(other.folders, count) !== end(folders, count)),
  );
  return end(folders, enough ?? folders.length);
}
