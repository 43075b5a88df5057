/** The short names for folders that a tsconfig.json defines: `paths` and `baseUrl`. */
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";

interface Mapping {
  /** The pattern, `@/*`, split at its star; the second part is null when there is no star. */
  readonly prefix: string;
  readonly suffix: string | null;
  /** Absolute, with the star. */
  readonly targets: readonly string[];
}

interface Config {
  readonly extends?: string | readonly string[];
  readonly compilerOptions?: {
    readonly baseUrl?: string;
    readonly paths?: Readonly<Record<string, readonly string[]>>;
  };
}

/** The files that an import may mean, the best first: absolute paths, perhaps without extension. */
export function mapBySettings(specifier: string, file: string): string[] {
  const config = findConfig(dirname(file));
  if (!config) return [];
  const { mappings, base } = readConfig(config, 0);
  const fitting = mappings
    .filter((each) => fits(each, specifier))
    .sort(
      (a, b) => Number(b.suffix === null) - Number(a.suffix === null) || b.prefix.length - a.prefix.length,
    );
  const [best] = fitting;
  const middle = best
    ? specifier.slice(best.prefix.length, specifier.length - (best.suffix?.length ?? 0))
    : "";
  const mapped = best?.targets.map((target) => target.replace("*", middle)) ?? [];
  return base === null ? mapped : [...mapped, resolve(base, specifier)];
}

function fits({ prefix, suffix }: Mapping, specifier: string): boolean {
  if (suffix === null) return specifier === prefix;
  const isLong = specifier.length >= prefix.length + suffix.length;
  return isLong && specifier.startsWith(prefix) && specifier.endsWith(suffix);
}

function findConfig(folder: string): string | null {
  for (let at = folder; ; at = dirname(at)) {
    for (const name of ["tsconfig.json", "jsconfig.json"])
      if (existsSync(join(at, name))) return join(at, name);
    if (dirname(at) === at) return null;
  }
}

interface Settings {
  readonly mappings: readonly Mapping[];
  readonly base: string | null;
}

const nothing: Settings = { mappings: [], base: null };

function readConfig(path: string, depth: number): Settings {
  const config = parseConfig(path);
  if (!config || depth > 8) return nothing;
  const folder = dirname(path);
  const parents = [config.extends ?? []].flat().filter((each) => each.startsWith("."));
  const inherited = parents.map((each) => {
    return readConfig(resolve(folder, /\.json$/.test(each) ? each : `${each}.json`), depth + 1);
  });
  const { baseUrl, paths } = config.compilerOptions ?? {};
  const base =
    baseUrl === undefined
      ? (inherited.findLast((each) => each.base !== null)?.base ?? null)
      : resolve(folder, baseUrl);
  if (!paths)
    return { mappings: inherited.findLast(({ mappings }) => mappings.length > 0)?.mappings ?? [], base };
  const mappings = Object.entries(paths).map(([pattern, targets]) => {
    const [prefix = "", suffix = null] = pattern.split("*");
    return { prefix, suffix, targets: targets.map((target) => resolve(base ?? folder, target)) };
  });
  return { mappings, base };
}

/** A tsconfig may have comments and commas too many. Null when it cannot be read: it is not for us to complain. */
function parseConfig(path: string): Config | null {
  try {
    const text = readFileSync(path, "utf8").replace(/^\ufeff/, "");
    const plain = text
      .replace(/("(?:\\.|[^"\\])*")|\/\/.*|\/\*[\s\S]*?\*\//g, "$1")
      .replace(/("(?:\\.|[^"\\])*")|,(?=\s*[}\]])/g, "$1");
    return JSON.parse(plain) as Config;
  } catch {
    return null;
  }
}
