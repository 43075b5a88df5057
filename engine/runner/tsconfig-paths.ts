/** The short names for folders that a tsconfig.json or jsconfig.json defines: `paths` and `baseUrl`. */
import { dirname } from "node:path";
import { createPathsMatcher, getTsconfig } from "get-tsconfig";

export interface Mapped {
  /** The files that an import may mean, the best first: absolute paths, perhaps without extension. */
  readonly targets: readonly string[];
  /** Why the settings could not be read; null when they were, or when there are none. */
  readonly problem: string | null;
}

/** What the settings nearest to a file make of what it imports. */
export function mapBySettings(specifier: string, file: string): Mapped {
  const found = ["tsconfig.json", "jsconfig.json"].map((name) => mapBy(name, specifier, file));
  const [best] = found.sort((a, b) => b.depth - a.depth);
  return best ?? { targets: [], problem: null };
}

/** @returns besides, how deep in the folders the settings lie: -1 when there are none */
function mapBy(name: string, specifier: string, file: string): Mapped & { readonly depth: number } {
  try {
    const settings = getTsconfig(file, name);
    const match = settings && createPathsMatcher(settings);
    const depth = settings ? dirname(settings.path).length : -1;
    return { targets: match?.(specifier) ?? [], problem: null, depth };
  } catch (error) {
    // Their mistakes matter to no import that is found without them.
    const why = error instanceof Error ? error.message : String(error);
    return { targets: [], problem: `${name} cannot be used: ${why}`, depth: 0 };
  }
}
