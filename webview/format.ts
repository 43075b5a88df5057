/** Indices and places as the panels write them. */
import type { Site } from "../engine/report/report";

/** "[3, 4]" */
export function formatIndex(index: readonly number[]): string {
  return `[${index.join(", ")}]`;
}

/** The N-dimensional index of element `flat` of a tensor in row-major order. */
export function unravel(flat: number, shape: readonly number[]): number[] {
  const index: number[] = [];
  let rest = flat;
  for (const size of shape.toReversed()) {
    index.unshift(rest % size);
    rest = Math.floor(rest / size);
  }
  return index;
}

/** "digits-mlp.ts:12" */
export function formatSite(site: Site): string {
  return `${baseName(site.file)}:${site.line}`;
}

export function baseName(path: string): string {
  return path.split(/[\\/]/).at(-1) ?? path;
}

/** "kink" as "Kink" */
export function capitalize(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
