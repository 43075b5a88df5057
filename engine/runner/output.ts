/** What a model prints: passed on in bounded amounts, whatever it does with the console. */
import type { OutputParams } from "./protocol";

/** Characters of a run; the rest is left out. */
export const MAX_CHARACTERS = 200_000;
/** The first writes go out at once, so that a loop without an end still shows them. */
const PROMPT_WRITES = 100;
const BATCH_CHARACTERS = 8_000;
const BATCH_MS = 50;

// Taken before a model can change it.
const { now } = Date;

type Stream = OutputParams["stream"];

export class Output {
  #left = 0;
  #writes = 0;
  #pending = "";
  #stream: Stream = "stdout";
  #flushedAt = 0;
  #isRepeated = false;

  constructor(private readonly send: (output: OutputParams) => void) {}

  /** Takes over the streams of this process for good. */
  install(): void {
    for (const stream of ["stdout", "stderr"] as const) {
      const write = (chunk: unknown, encoding?: unknown, done?: unknown) => {
        if (!this.#isRepeated)
          this.write(
            stream,
            typeof chunk === "string" ? chunk : Buffer.from(chunk as Uint8Array).toString("utf8"),
          );
        const callback = typeof encoding === "function" ? encoding : done;
        if (typeof callback === "function") queueMicrotask(() => callback(null));
        return true;
      };
      process[stream].write = write;
    }
  }

  /** A run begins: it may print as much as the one before. */
  begin(): void {
    this.#left = MAX_CHARACTERS;
    this.#writes = 0;
  }

  /** Runs `job`, which computes again what has printed before: nobody wants to read that once more. */
  async withoutRepeats<T>(job: () => Promise<T>): Promise<T> {
    this.#isRepeated = true;
    try {
      return await job();
    } finally {
      this.#isRepeated = false;
      this.flush();
    }
  }

  write(stream: Stream, text: string): void {
    if (this.#left <= 0) return;
    if (stream !== this.#stream) this.flush();
    this.#stream = stream;
    const kept = text.slice(0, this.#left);
    this.#left -= kept.length;
    this.#pending += kept;
    if (this.#left <= 0)
      this.#pending += `\n… the model printed more than ${MAX_CHARACTERS} characters; the rest is left out\n`;
    const isDue = this.#pending.length > BATCH_CHARACTERS || now() - this.#flushedAt > BATCH_MS;
    if (++this.#writes < PROMPT_WRITES || isDue || this.#left <= 0) this.flush();
  }

  flush(): void {
    if (this.#pending === "") return;
    this.send({ stream: this.#stream, text: this.#pending });
    this.#pending = "";
    this.#flushedAt = now();
  }
}
