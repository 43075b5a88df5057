/** Keeps the last report of each file with the workspace, so that panels come back after a reload of the window. */
import { createHash } from "node:crypto";
import { join } from "node:path";
import type * as vscode from "vscode";
import type { OpenReport } from "../engine/report/open-bytes";
import type { Check, Report } from "../engine/report/report";
import { readRegularFile } from "../engine/runner/regular-file";
import { EditsSince } from "./edits";
import { documentOf, fileOf } from "./files";
import type { KeptTrace } from "./kept-trace";
import type { KnownTrace } from "./last-report";
import { log } from "./log";
import { filesOf } from "./report-files";
import type { Session } from "./session";

/** Larger reports take more than a moment to open. */
const MOST_NODES = 60_000;
/** A workspace keeps the traces of so many files. */
const MOST_FILES = 500;
/** Sources that are larger are none. */
const MOST_BYTES = 2 ** 24;

/** What reads and checks traces is loaded with the first one. */
const kept = () => import("./kept-trace");

/** What the editor shows of a file, else what the disk holds. */
async function readText(file: string): Promise<string> {
  const open = documentOf(file);
  return open
    ? open.getText()
    : new TextDecoder().decode(await readRegularFile(file, { most: MOST_BYTES, followLinks: true }));
}

/** The same; null when there is no such file any more. */
async function readTextNow(file: string): Promise<string | null> {
  return readText(file).catch(() => null);
}

/**
 * Reads and writes with Node, not through the window: a window that is closing does not answer any more, and one that
 * starts is slow to.
 */
export class TraceStore implements vscode.Disposable {
  /** The checks with which a report was written or read last, or is about to be. */
  readonly #kept = new WeakMap<Report, readonly Check[]>();
  /** The checks with which it is in the store by now. */
  readonly #held = new WeakMap<Report, readonly Check[]>();
  readonly #subscription: vscode.Disposable;
  /** The writes under way, one after the other. */
  #writing: Promise<void> = Promise.resolve();
  /** Once a window: it makes room for what the window writes. */
  #pruning: Promise<number> | null = null;

  constructor(
    private readonly folder: string | undefined,
    onDidChange: vscode.Event<Session>,
  ) {
    this.#subscription = onDidChange((session) => this.#keep(session));
  }

  /** Resolves when everything is written. */
  settle(): Promise<void> {
    return this.#writing;
  }

  dispose(): void {
    this.#subscription.dispose();
  }

  /** Whether all that is to be known of a session's last run is in the store. */
  holds({ report, checks }: Session): boolean {
    return report !== null && this.#held.get(report) === checks;
  }

  /** The report of a session again; null when it is lost. */
  async recall({ uri, checks }: Session): Promise<OpenReport | null> {
    const trace = await this.#read(uri);
    if (trace) this.#note(trace.report, checks);
    return trace?.report ?? null;
  }

  #note(report: Report, checks: readonly Check[]): void {
    this.#kept.set(report, checks);
    this.#held.set(report, checks);
  }

  #keep({ file, report, checks, isBusy, last, edits }: Session): void {
    if (!this.folder || isBusy || !report || report.nodes.length > MOST_NODES) return;
    if (this.#kept.get(report) === checks) return;
    const files = new Set([...last.files, file]);
    // What was traced of a file that was edited at once is known only when it was open.
    if ([...files].some((each) => edits.differs(each) && edits.tracedText(each) === undefined)) return;
    this.#kept.set(report, checks);
    const { folder } = this;
    const path = pathOf(folder, file);
    const texts = [...files].map(
      async (each) => [each, edits.tracedText(each) ?? (await readText(each))] as const,
    );
    this.#writing = Promise.all([this.#writing, ...texts])
      .then(async ([, ...known]) => {
        const { forgetOldest, writeTrace } = await kept();
        const isWritten = await writeTrace(path, { report, checks, texts: Object.fromEntries(known) });
        if (isWritten) this.#held.set(report, checks);
        this.#pruning ??= forgetOldest(folder, MOST_FILES);
        await this.#pruning;
      })
      .catch((error) => log.warn("The trace could not be kept", error));
  }

  /** What an earlier window knew of a model file, with the edits since; null when that is nothing. */
  async find(uri: vscode.Uri): Promise<KnownTrace | null> {
    const trace = await this.#read(uri);
    if (!trace) return null;
    const { report, checks, texts } = trace;
    const edits = new EditsSince(new Map(Object.entries(texts)));
    const known = new Set([...filesOf(report), report.file]);
    for (const file of Object.keys(texts).filter((each) => known.has(each)))
      edits.compare(file, await readTextNow(file));
    this.#note(report, checks);
    return { report, checks, edits };
  }

  async #read(uri: vscode.Uri): Promise<KeptTrace | null> {
    if (!this.folder) return null;
    try {
      return await (await kept()).readKept(pathOf(this.folder, fileOf(uri)));
    } catch (error) {
      log.warn(`The earlier trace of ${fileOf(uri)} could not be read, and is put away`, error);
      return null;
    }
  }
}

function pathOf(folder: string, file: string): string {
  return join(folder, `${createHash("sha256").update(file).digest("hex").slice(0, 32)}.trace`);
}
