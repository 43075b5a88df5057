/** How far a check is, on the standard error: one line that changes in a terminal, a line every few seconds in a log. */
import { showPercent } from "../core/number-text";
import type { ProgressParams } from "../runner/protocol";

const EVERY_MS = { terminal: 100, log: 5_000 };
const CLEAR = "\r\u001b[2K";

interface Stream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

/** Shows progress until `end`. Quick checks show none. */
export function progressOn(stream: Stream, clock: () => number = () => performance.now()) {
  const isTerminal = stream.isTTY === true;
  const every = isTerminal ? EVERY_MS.terminal : EVERY_MS.log;
  let last = clock();
  let isShown = false;
  return {
    onProgress({ message, fraction }: ProgressParams): void {
      if (clock() - last < every) return;
      last = clock();
      const percent = fraction === null ? "" : `${showPercent(fraction)}  `;
      const text = `${percent}${message}`;
      stream.write(isTerminal ? CLEAR + text.slice(0, (stream.columns ?? 80) - 1) : `${text}\n`);
      isShown = true;
    },
    end(): void {
      if (isShown && isTerminal) stream.write(CLEAR);
    },
  };
}
