/** What a person should know about a call that is no mistake by itself. */
import { activeTape } from "./recording";
import { currentSite } from "./sites";

/** Warnings that were given already, each with its place. */
const given = new Set<string>();

interface Printer {
  readonly console?: { warn(text: string): void };
}

/**
 * Prints a warning, once for each place and text. In a run that is traced it is silent: there a rule of the diagnosis finds
 * the same and shows it at its line.
 */
export function warn(text: string): void {
  const key = `${currentSite()} ${text}`;
  if (activeTape() !== null || given.has(key)) return;
  given.add(key);
  (globalThis as Printer).console?.warn(`gradlens: ${text}`);
}
