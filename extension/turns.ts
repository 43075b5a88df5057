/** One job at a time: a new one ends the one before, and questions wait for what is under way. */
import * as vscode from "vscode";

/** When some work is over, without what came of it. */
function ended(work: Promise<unknown>): Promise<void> {
  return work.then(
    () => undefined,
    () => undefined,
  );
}

export class Turns {
  #current: vscode.CancellationTokenSource | null = null;
  #work: Promise<void> = Promise.resolve();
  readonly #questions = new Set<vscode.CancellationTokenSource>();

  /** Ends what is under way, waits until it has ended, and does a job that can be cancelled. */
  async alone<T>(
    cancel: vscode.CancellationToken | undefined,
    job: (token: vscode.CancellationToken) => Promise<T>,
  ): Promise<T> {
    this.stop();
    const cancellation = new vscode.CancellationTokenSource();
    const subscription = cancel?.onCancellationRequested(() => cancellation.cancel());
    if (cancel?.isCancellationRequested) cancellation.cancel();
    this.#current = cancellation;
    const work = this.#work.then(() => job(cancellation.token));
    this.#work = ended(work);
    try {
      return await work;
    } finally {
      subscription?.dispose();
      if (this.#current === cancellation) this.#current = null;
    }
  }

  /** Asks after what is under way. */
  async after<T>(question: (token: vscode.CancellationToken) => Promise<T>): Promise<T> {
    const cancellation = new vscode.CancellationTokenSource();
    this.#questions.add(cancellation);
    const work = this.#work.then(() => question(cancellation.token));
    this.#work = ended(work);
    try {
      return await work;
    } finally {
      this.#questions.delete(cancellation);
    }
  }

  /** Cancels what is under way. */
  stop(): void {
    this.#current?.cancel();
    for (const question of this.#questions) question.cancel();
  }
}
