/** What is asked of the suite of random models and programs. */
import type { Kind } from "./trials";

export interface Request {
  readonly seed: number;
  /** How many trials of each kind. */
  readonly counts: Readonly<Record<Kind, number>>;
  /** The one trial to run, in this process; null for all. */
  readonly only: number | null;
  /** How many of the failures are shown. */
  readonly show: number;
}

export const kinds: readonly Kind[] = ["models", "faults", "programs"];

/** @throws Error for a flag that is not known, or is followed by no whole number */
export function readRequest(args: readonly string[]): Request {
  const known = [...kinds, "seed", "only", "show"];
  const given = new Map<string, number>();
  for (let i = 0; i < args.length; i += 2) {
    const [flag = "", value = ""] = args.slice(i, i + 2);
    const name = flag.replace(/^--/, "");
    if (!flag.startsWith("--") || !known.includes(name) || !/^\d+$/.test(value)) {
      throw new Error(
        `suite:random takes ${known.map((each) => `--${each} N`).join(", ")}; found ${flag} ${value}`,
      );
    }
    given.set(name, Number(value));
  }
  const isNarrow = kinds.some((kind) => given.has(kind));
  const count = (kind: Kind) => given.get(kind) ?? (isNarrow ? 0 : 20_000);
  return {
    seed: given.get("seed") ?? 0,
    counts: { models: count("models"), faults: count("faults"), programs: count("programs") },
    only: given.get("only") ?? null,
    show: given.get("show") ?? 20,
  };
}
