/** Keeps the last report of each file with the workspace, so that panels come back after a reload of the window. */
import { createHash } from "node:crypto";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { deserialize, serialize } from "node:v8";
import type * as vscode from "vscode";
import type { Check, REPORT_VERSION, Report } from "../engine/report";
import { Edits } from "./edits";
import { documentOf, fileOf } from "./files";
import { log } from "./log";
import type { Session, Trace } from "./session";

interface Stored extends Omit<Trace, "edits"> {
  /** Each file's text when it was traced. */
  readonly texts: Readonly<Record<string, string>>;
}

/** Only reports of this version are read back; the compiler keeps the number. */
const VERSION: typeof REPORT_VERSION = 2;
/** Reports that are larger are not worth a window's reload. */
const MOST_NODES = 20_000;

/** What the editor shows of a file, else what the disk holds. */
async function readText(file: string): Promise<string> {
  const open = documentOf(file);
  return open ? open.getText() : new TextDecoder().decode(await readFile(file));
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
  /** The checks with which a report was written or read last. */
  readonly #kept = new WeakMap<Report, readonly Check[]>();
  readonly #subscription: vscode.Disposable;
  /** The writes under way, one after the other. */
  #writing: Promise<void> = Promise.resolve();

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

  #keep({ file, report, checks, stale, running, filesOfReport, edits }: Session): void {
    if (!this.folder || running || !report || stale || report.nodes.length > MOST_NODES) return;
    if (this.#kept.get(report) === checks) return;
    this.#kept.set(report, checks);
    const path = pathOf(this.folder, file);
    const texts = [...filesOfReport, file].map(
      async (each) => [each, edits.tracedText(each) ?? (await readText(each))] as const,
    );
    this.#writing = Promise.all([this.#writing, ...texts])
      .then(([, ...known]) => write(path, { report, checks, texts: Object.fromEntries(known) }))
      .catch((error) => log.warn("The trace could not be kept", error));
  }

  /** What an earlier window knew of a model file, with the edits since; null when that is nothing. */
  async find(uri: vscode.Uri): Promise<Trace | null> {
    if (!this.folder) return null;
    try {
      const { report, checks, texts }: Stored = deserialize(await readFile(pathOf(this.folder, fileOf(uri))));
      if (report.version !== VERSION || !texts) return null;
      const edits = new Edits(new Map(Object.entries(texts)));
      for (const file of Object.keys(texts)) edits.compare(file, await readTextNow(file));
      this.#kept.set(report, checks);
      return { report, checks, edits };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT")
        log.warn(`The earlier trace of ${fileOf(uri)} could not be read`, error);
      return null;
    }
  }
}

function pathOf(folder: string, file: string): string {
  return join(folder, `${createHash("sha256").update(file).digest("hex").slice(0, 32)}.trace`);
}

/** Writes beside and renames: half a trace is never read. */
async function write(path: string, stored: Stored): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(`${path}.new`, serialize(stored));
  await rename(`${path}.new`, path);
}
