/** What is said about a run that took too long, by the process itself and by who started it. */

export const timeoutHint =
  "is there a loop that does not end? The setting gradlens.timeout (--timeout in a terminal) raises the limit";

export function showSeconds(ms: number): string {
  return `${Number((ms / 1000).toPrecision(3))} s`;
}
