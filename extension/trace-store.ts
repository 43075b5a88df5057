/** Keeps the last report of each file with the workspace, so that panels come back after a reload of the window. */
import { createHash } from "node:crypto";
import { deserialize, serialize } from "node:v8";
import * as vscode from "vscode";
import type { Check, REPORT_VERSION, Report } from "../engine/report";
import { Edits } from "./edits";
import { log } from "./log";
import type { Session } from "./session";

interface Stored {
  readonly report: Report;
  readonly checks: readonly Check[];
  /** A digest of each file's text when it was traced. */
  readonly digests: Readonly<Record<string, string>>;
}

/** Only reports of this version are read back; the compiler keeps the number. */
const VERSION: typeof REPORT_VERSION = 1;
/** Reports that are larger are not worth a window's reload. */
const MOST_NODES = 20_000;

function digest(text: string): string {
  return createHash("sha256").update(text).digest("base64");
}

async function readText(file: string): Promise<string> {
  const open = vscode.workspace.textDocuments.find(({ uri }) => uri.fsPath === file);
  if (open) return open.getText();
  return new TextDecoder().decode(await vscode.workspace.fs.readFile(vscode.Uri.file(file)));
}

export class TraceStore implements vscode.Disposable {
  readonly #saved = new WeakMap<Session, { report: Report; checks: readonly Check[] }>();
  readonly #subscription: vscode.Disposable;

  constructor(
    private readonly folder: vscode.Uri | undefined,
    onDidChange: vscode.Event<Session>,
  ) {
    this.#subscription = onDidChange((session) => {
      if (!session.running)
        this.#save(session).catch((error) => log.warn("The trace could not be kept", error));
    });
  }

  dispose(): void {
    this.#subscription.dispose();
  }

  async #save(session: Session): Promise<void> {
    const { report, checks, stale } = session;
    const saved = this.#saved.get(session);
    if (!this.folder || !report || stale || report.nodes.length > MOST_NODES) return;
    if (saved?.report === report && saved.checks === checks) return;
    this.#saved.set(session, { report, checks });
    const texts = [...session.filesOfReport, session.file].map(
      async (file) => [file, digest(await readText(file))] as const,
    );
    const stored: Stored = { report, checks, digests: Object.fromEntries(await Promise.all(texts)) };
    await vscode.workspace.fs.createDirectory(this.folder);
    await vscode.workspace.fs.writeFile(this.#uri(this.folder, session.file), serialize(stored));
  }

  /** Gives a new session what an earlier window knew, if its files are still the same. */
  async restore(session: Session): Promise<void> {
    if (!this.folder || session.report) return;
    try {
      const stored: Stored = deserialize(
        await vscode.workspace.fs.readFile(this.#uri(this.folder, session.file)),
      );
      if (stored.report.version !== VERSION) return;
      const texts = new Map<string, string>();
      for (const [file, known] of Object.entries(stored.digests)) {
        const text = await readText(file);
        if (digest(text) !== known) return;
        texts.set(file, text);
      }
      session.restore(stored.report, stored.checks, new Edits(texts));
    } catch (error) {
      log.info(`No earlier trace of ${session.name} could be read`, error);
    }
  }

  #uri(folder: vscode.Uri, file: string): vscode.Uri {
    const name = createHash("sha256").update(file).digest("hex").slice(0, 32);
    return vscode.Uri.joinPath(folder, `${name}.trace`);
  }
}
