/** When an engine process has waited long enough: each holds a model in memory, and the next run starts another one. */

/** Ends something that nobody has used for a while. */
export class IdleEnd {
  #uses = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly afterMs: number,
    private readonly end: () => void,
  ) {}

  /** Waits with the end for as long as a task runs, and a while after it. */
  async during<T>(task: () => Promise<T>): Promise<T> {
    this.#uses += 1;
    clearTimeout(this.#timer);
    try {
      return await task();
    } finally {
      this.#uses -= 1;
      if (this.#uses === 0) {
        clearTimeout(this.#timer);
        this.#timer = setTimeout(this.end, this.afterMs);
        this.#timer.unref();
      }
    }
  }

  /** Forgets the end. */
  dispose(): void {
    clearTimeout(this.#timer);
  }
}

/** Of more than `most`, those to end: the ones that were used longest ago, and none with work under way. */
export function surplus<T>(byLastUse: readonly T[], most: number, isBusy: (each: T) => boolean): T[] {
  return byLastUse.filter((each) => !isBusy(each)).slice(0, Math.max(0, byLastUse.length - most));
}
