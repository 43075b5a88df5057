/** Runs a model with chance and clock pinned, so that what depends on them gives the same each time. */
import { RandomGenerator } from "../core/random";

/** What a model asks for numbers that nobody can foresee. */
interface Sources {
  readonly target: object;
  readonly name: string;
  readonly value: unknown;
}

/** Runs `fn` with `Math.random`, `crypto.getRandomValues` and all clocks replaced by sequences that start anew each time. */
export async function withPinnedChance<T>(fn: () => T | Promise<T>): Promise<T> {
  const replaced = sources().map(({ target, name, value }) => {
    const before = Object.getOwnPropertyDescriptor(target, name);
    Object.defineProperty(target, name, { value, configurable: true, writable: true });
    return { target, name, before };
  });
  try {
    return await fn();
  } finally {
    for (const { target, name, before } of replaced.reverse()) {
      if (before === undefined) Reflect.deleteProperty(target, name);
      else Object.defineProperty(target, name, before);
    }
  }
}

function sources(): Sources[] {
  const random = new RandomGenerator(1);
  // A clock that stands still would never end a loop that waits for it.
  let time = 1_700_000_000_000;
  const tick = () => ++time;
  const fill = (values: Uint8Array) => {
    for (let i = 0; i < values.length; i++) values[i] = random.bits() & 0xff;
    return values;
  };
  class PinnedDate extends Date {
    constructor(...args: [] | [number | string | Date]) {
      super(args.length === 0 ? tick() : args[0]);
    }
    static override now = tick;
  }
  return [
    // The model's Math: the engine has one of its own.
    { target: globalThis.Math, name: "random", value: () => random.uniform() },
    { target: globalThis, name: "Date", value: PinnedDate },
    { target: performance, name: "now", value: tick },
    {
      target: process,
      name: "hrtime",
      value: Object.assign(() => [tick(), 0], { bigint: () => BigInt(tick()) }),
    },
    { target: crypto, name: "getRandomValues", value: fill },
    {
      target: crypto,
      name: "randomUUID",
      value: () => `${random.bits().toString(16)}-${random.bits().toString(16)}`,
    },
  ];
}
