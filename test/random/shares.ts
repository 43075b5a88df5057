/** Spreads trials over processes: each takes the next share when it is done with its last. */
import { fork } from "node:child_process";
import { availableParallelism } from "node:os";
import { type Kind, type Outcome, runTrial } from "./trials";

interface Share {
  readonly kind: Kind;
  readonly seed: number;
  readonly from: number;
  readonly to: number;
}

const AT_ONCE = 50;

/** Serves shares that come as messages, until the parent lets go. */
export function serveShares(): void {
  process.on("message", async ({ kind, seed, from, to }: Share) => {
    const outcomes: Outcome[] = [];
    for (let number = from; number < to; number++) {
      outcomes.push(await runTrial(kind, seed, number));
      // Lets the collector's callbacks run: they give back the memory of tensors.
      await new Promise((resolve) => setImmediate(resolve));
    }
    process.send?.(outcomes);
  });
}

/** Runs trials 0 to `count` of a kind in processes of `file`; calls `onOutcomes` with each share of outcomes. */
export function runShares(
  file: string,
  { kind, seed, count }: { readonly kind: Kind; readonly seed: number; readonly count: number },
  onOutcomes: (outcomes: readonly Outcome[]) => void,
): Promise<void> {
  let next = 0;
  const runOne = () =>
    new Promise<void>((resolve, reject) => {
      const child = fork(file, ["--serve"], { execArgv: ["--expose-gc", "--enable-source-maps"] });
      const send = () => {
        if (next >= count) {
          child.disconnect();
          return resolve();
        }
        const from = next;
        next = Math.min(count, from + AT_ONCE);
        child.send({ kind, seed, from, to: next } satisfies Share);
      };
      child.on("message", (outcomes: Outcome[]) => {
        onOutcomes(outcomes);
        send();
      });
      child.on("exit", (code) =>
        code ? reject(new Error(`a process of ${kind} ended with ${code}`)) : resolve(),
      );
      send();
    });
  const processes = Math.max(1, Math.min(availableParallelism(), Math.ceil(count / AT_ONCE)));
  return Promise.all(Array.from({ length: processes }, runOne)).then(() => undefined);
}
