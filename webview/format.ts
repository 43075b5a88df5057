/** Places as the panels write them. */
import type { Site } from "../engine/report/report";

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
