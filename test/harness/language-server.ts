// The language server of the compiler, asked as an editor asks it: what a hover over a place in a file shows.
import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly params?: { readonly items?: readonly unknown[] };
  readonly result?: unknown;
}

export class LanguageServer {
  private readonly process: ChildProcess;
  private readonly waiting = new Map<number, (result: unknown) => void>();
  private received = Buffer.alloc(0);
  private asked = 0;

  constructor(private readonly folder: string) {
    const tsc = join(process.cwd(), "node_modules/typescript/bin/tsc");
    this.process = spawn(process.execPath, [tsc, "--lsp", "--stdio"], { stdio: ["pipe", "pipe", "ignore"] });
    this.process.stdout?.on("data", (data: Buffer) => {
      this.received = Buffer.concat([this.received, data]);
      this.readMessages();
    });
  }

  /** Opens a file with this text; it need not be on the disk. */
  async open(path: string, text: string): Promise<string> {
    const rootUri = pathToFileURL(this.folder).href;
    await this.ask("initialize", { processId: process.pid, rootUri, capabilities: {} });
    this.send({ method: "initialized", params: {} });
    const uri = pathToFileURL(join(this.folder, path)).href;
    const textDocument = { uri, languageId: "typescript", version: 1, text };
    this.send({ method: "textDocument/didOpen", params: { textDocument } });
    return uri;
  }

  /** What the hover shows, as Markdown; empty for none. */
  async hover(uri: string, line: number, character: number): Promise<string> {
    const place = { textDocument: { uri }, position: { line, character } };
    const found = (await this.ask("textDocument/hover", place)) as { contents?: { value?: string } } | null;
    return found?.contents?.value ?? "";
  }

  close(): void {
    this.process.kill();
  }

  private ask(method: string, params: object): Promise<unknown> {
    this.asked += 1;
    const id = this.asked;
    return new Promise((resolve) => {
      this.waiting.set(id, resolve);
      this.send({ id, method, params });
    });
  }

  private send(message: object): void {
    const body = JSON.stringify({ jsonrpc: "2.0", ...message });
    this.process.stdin?.write(`Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
  }

  private readMessages(): void {
    for (;;) {
      const head = this.received.indexOf("\r\n\r\n");
      if (head < 0) return;
      const end =
        head + 4 + Number(/Content-Length: (\d+)/i.exec(this.received.toString("utf8", 0, head))?.[1]);
      if (this.received.length < end) return;
      const message = JSON.parse(this.received.toString("utf8", head + 4, end)) as Message;
      this.received = this.received.subarray(end);
      this.receive(message);
    }
  }

  /** Answers settle what asked for them; of its own questions the server gets nothing but "no settings". */
  private receive({ id, method, params, result }: Message): void {
    if (id === undefined) return;
    if (method !== undefined) this.send({ id, result: params?.items?.map(() => null) ?? null });
    else this.waiting.get(id)?.(result);
  }
}
