/** vscode-jsonrpc over the messages between a panel's page and the extension. Both ends use it; neither knows the other. */
import {
  AbstractMessageReader,
  AbstractMessageWriter,
  createMessageConnection,
  type DataCallback,
  type Disposable,
  type Message,
  type MessageConnection,
} from "vscode-jsonrpc";

/** What is posted. A page that is loaded anew begins to count its questions anew: nothing of the one before is for it. */
export interface Envelope {
  /** Which load of the page the message is from, or for. */
  readonly page: string;
  readonly message: unknown;
}

export function isEnvelope(data: unknown): data is Envelope {
  return (
    typeof data === "object" &&
    data !== null &&
    "page" in data &&
    typeof data.page === "string" &&
    "message" in data
  );
}

class PostReader extends AbstractMessageReader {
  #callback: DataCallback | null = null;

  listen(callback: DataCallback): Disposable {
    this.#callback = callback;
    return { dispose: () => this.take(null) };
  }

  take(message: Message | null): void {
    if (message) this.#callback?.(message);
    else this.#callback = null;
  }
}

class PostWriter extends AbstractMessageWriter {
  constructor(private readonly put: (message: Message) => void) {
    super();
  }

  async write(message: Message): Promise<void> {
    this.put(message);
  }

  end(): void {}
}

export interface Wire {
  readonly connection: MessageConnection;
  /** Takes what was posted; what is of another page is passed over. */
  take(envelope: Envelope): void;
}

/** One end of the line to, or of, one load of a page. vscode-jsonrpc's part for the platform must be loaded. */
export function openWire(page: string, post: (envelope: Envelope) => void): Wire {
  const reader = new PostReader();
  const writer = new PostWriter((message) => post({ page, message: encodeNumbers(message) }));
  return {
    connection: createMessageConnection(reader, writer),
    take(envelope) {
      const message = decodeNumbers(envelope.message);
      if (envelope.page === page && isMessage(message)) reader.take(message);
    },
  };
}

function isMessage(value: unknown): value is Message {
  return typeof value === "object" && value !== null && "jsonrpc" in value && value.jsonrpc === "2.0";
}

const nonFinite: Readonly<Record<string, number>> = {
  "\u0000NaN": Number.NaN,
  "\u0000Infinity": Number.POSITIVE_INFINITY,
  "\u0000-Infinity": Number.NEGATIVE_INFINITY,
};

/**
 * What may be posted: VS Code sends messages as JSON, which would turn NaN and infinities into null. Typed arrays pass as
 * they are.
 */
export function encodeNumbers(value: unknown): unknown {
  if (typeof value === "number" && !Number.isFinite(value)) return `\u0000${value}`;
  return mapChildren(value, encodeNumbers);
}

/** The message again, as it was before `encodeNumbers`. */
export function decodeNumbers(value: unknown): unknown {
  if (typeof value === "string") return nonFinite[value] ?? value;
  return mapChildren(value, decodeNumbers);
}

function mapChildren(value: unknown, change: (child: unknown) => unknown): unknown {
  if (Array.isArray(value)) return value.map(change);
  if (typeof value !== "object" || value === null || ArrayBuffer.isView(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, child]) => [key, change(child)]));
}
