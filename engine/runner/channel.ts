/** The channel between the engine process and its client: vscode-jsonrpc's messages, as frames on two pipes. */
import { readSync } from "node:fs";
import { Socket } from "node:net";
import type { Readable, Writable } from "node:stream";
import {
  AbstractMessageReader,
  AbstractMessageWriter,
  createMessageConnection,
  type DataCallback,
  type Disposable,
  type Message,
  type MessageConnection,
  ResponseError,
} from "vscode-jsonrpc/node";
import { encodeMessage, type FrameMarks, FrameReader, FrameWriter, headOf, MARK_BYTES } from "./frames";
import { TO_CLIENT_FD, TO_ENGINE_FD } from "./pipes";

// Errors inherit what a model makes of `Error[Symbol.hasInstance]`; answers are told from errors by this.
Object.defineProperty(ResponseError, Symbol.hasInstance, { value: Function.prototype[Symbol.hasInstance] });

class PipeReader extends AbstractMessageReader {
  readonly #frames: FrameReader;

  constructor(
    private readonly pipe: Readable,
    mark: Uint8Array,
  ) {
    super();
    this.#frames = new FrameReader(mark);
  }

  listen(callback: DataCallback): Disposable {
    const onData = (chunk: Buffer) => {
      try {
        for (const message of this.#frames.push(chunk)) callback(message as Message);
      } catch (error) {
        this.fireError(error);
        this.pipe.destroy();
      }
    };
    this.pipe.on("data", onData);
    this.pipe.on("error", (error) => this.fireError(error));
    this.pipe.once("close", () => this.fireClose());
    return { dispose: () => this.pipe.off("data", onData) };
  }
}

class PipeWriter extends AbstractMessageWriter {
  constructor(private readonly put: (message: Message) => void) {
    super();
  }

  async write(message: Message): Promise<void> {
    this.put(message);
  }

  end(): void {}
}

/** The client's end: the pipes of a child process, and the marks, which go to it first. */
export function openClientChannel(from: Readable, to: Writable, marks: FrameMarks): MessageConnection {
  // What a pipe without a reader loses is told by the end of the process.
  to.on("error", () => undefined);
  to.write(marks.toEngine);
  to.write(marks.toClient);
  const send = (message: Message) => {
    const body = encodeMessage(message);
    to.write(headOf(marks.toEngine, body));
    to.write(body);
  };
  return createMessageConnection(new PipeReader(from, marks.toClient), new PipeWriter(send));
}

/** The engine's end, opened before any model runs; `onClose` is called when the client is gone. */
export function openEngineChannel(onClose: () => void): { connection: MessageConnection; marks: FrameMarks } {
  const marks = { toEngine: readMark(), toClient: readMark() };
  const input = new Socket({ fd: TO_ENGINE_FD, readable: true, writable: false });
  input.once("close", onClose);
  const frames = new FrameWriter(TO_CLIENT_FD, marks.toClient);
  const writer = new PipeWriter((message) => frames.write(encodeMessage(message)));
  return { connection: createMessageConnection(new PipeReader(input, marks.toEngine), writer), marks };
}

function readMark(): Uint8Array {
  const mark = new Uint8Array(MARK_BYTES);
  for (let at = 0; at < MARK_BYTES; ) {
    const count = readSync(TO_ENGINE_FD, mark, at, MARK_BYTES - at, null);
    if (count === 0) throw new Error("no client");
    at += count;
  }
  return mark;
}
