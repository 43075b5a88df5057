/** The time, on whatever platform the engine runs. */

// Every platform has it; the engine's core is compiled for none.
const { performance } = globalThis as unknown as { readonly performance: { now(): number } };

// Taken before a model can change it.
const read = performance.now.bind(performance);

/** Milliseconds since some moment. */
export function now(): number {
  return read();
}
