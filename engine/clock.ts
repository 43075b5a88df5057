/** The time, on whatever platform the engine runs. */

const { performance } = globalThis as { readonly performance?: { now(): number } };

/** Milliseconds since some moment. */
export function now(): number {
  return performance?.now() ?? Date.now();
}
