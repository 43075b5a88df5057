/**
 * Frames on a pipe: a mark, a length, a message. The mark is chosen anew for each process and known to no model, so
 * that what a model writes into the pipe is passed over, however much it is.
 */
import { writeSync } from "node:fs";
import { deserialize, serialize } from "node:v8";

export const MARK_BYTES = 16;

/**
 * What frames begin with in each direction. A model can see what comes in, by listening where all streams do: that must not
 * be what goes out with.
 */
export interface FrameMarks {
  readonly toEngine: Uint8Array;
  readonly toClient: Uint8Array;
}
const HEAD_BYTES = MARK_BYTES + 4;
/** No message is larger; what claims to be was not written by us. */
const LARGEST_FRAME = 2 ** 30;
const FULL_PIPE_MS = 1;

// Taken before a model can change them.
const write = writeSync;
const encode = serialize;
const decode = deserialize;
const define = Object.defineProperty;
const wait = Atomics.wait;
const sleeper = new Int32Array(new SharedArrayBuffer(4));

export function encodeMessage(message: unknown): Buffer {
  return encode(message);
}

/** What goes before an encoded message. */
export function headOf(mark: Uint8Array, body: Uint8Array): Buffer {
  const head = Buffer.alloc(HEAD_BYTES);
  head.set(mark);
  head.writeUInt32LE(body.length, MARK_BYTES);
  return head;
}

/** A pipe takes as much as this at once, with nothing of another thread in between. */
const AT_ONCE = 4096;

/** Writes messages to a pipe, in a process where a model may have changed what typed arrays do. */
export class FrameWriter {
  readonly #mark: Uint8Array;

  constructor(
    private readonly fd: number,
    mark: Uint8Array,
  ) {
    this.#mark = shielded(MARK_BYTES);
    for (let i = 0; i < MARK_BYTES; i++) this.#mark[i] = mark[i] ?? 0;
  }

  /** Writes an encoded message and returns when it is there. @throws when nobody reads there any more */
  write(body: Uint8Array): void {
    const { length } = body;
    const isShort = HEAD_BYTES + length <= AT_ONCE;
    const first = shielded(isShort ? HEAD_BYTES + length : HEAD_BYTES);
    for (let i = 0; i < MARK_BYTES; i++) first[i] = this.#mark[i] ?? 0;
    for (let i = 0; i < 4; i++) first[MARK_BYTES + i] = (length >>> (8 * i)) & 0xff;
    if (isShort) for (let i = 0; i < length; i++) first[HEAD_BYTES + i] = body[i] ?? 0;
    writeAll(this.fd, first, isShort ? HEAD_BYTES + length : HEAD_BYTES);
    if (!isShort) writeAll(this.fd, body, length);
  }
}

/** Whoever puts a getter of its own where all typed arrays have theirs is not handed this one. */
function shielded(length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  define(bytes, "length", { value: length });
  define(bytes, "byteLength", { value: length });
  define(bytes, "byteOffset", { value: 0 });
  return bytes;
}

function writeAll(fd: number, bytes: Uint8Array, count: number): void {
  for (let at = 0; at < count; ) {
    try {
      at += write(fd, bytes, at, count - at);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EAGAIN") throw error;
      wait(sleeper, 0, 0, FULL_PIPE_MS);
    }
  }
}

/** Finds the messages in what comes out of a pipe, in pieces of any size. */
export class FrameReader {
  #rest: Buffer = Buffer.alloc(0);
  /** The body that is being read: its pieces, and how many bytes are missing. */
  #pieces: Buffer[] = [];
  #missing = 0;

  constructor(private readonly mark: Uint8Array) {}

  /** The messages that are complete now. @throws Error for a frame that none of ours can be */
  push(chunk: Buffer): unknown[] {
    const messages: unknown[] = [];
    let data = chunk;
    while (data.length > 0) {
      if (this.#missing === 0) data = this.#begin(data);
      else {
        const piece = data.subarray(0, this.#missing);
        this.#pieces.push(piece);
        this.#missing -= piece.length;
        data = data.subarray(piece.length);
        if (this.#missing === 0) messages.push(this.#finish());
      }
    }
    return messages;
  }

  /** Looks for the head of a frame; returns what stands behind it. */
  #begin(chunk: Buffer): Buffer {
    const data = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    const at = data.indexOf(this.mark);
    const from = at < 0 ? Math.max(0, data.length - MARK_BYTES + 1) : at;
    if (at < 0 || data.length < at + HEAD_BYTES) {
      this.#rest = Buffer.from(data.subarray(from));
      return Buffer.alloc(0);
    }
    this.#rest = Buffer.alloc(0);
    const size = data.readUInt32LE(at + MARK_BYTES);
    if (size > LARGEST_FRAME || size === 0) throw new Error(`a message of ${size} bytes`);
    this.#missing = size;
    return data.subarray(at + HEAD_BYTES);
  }

  #finish(): unknown {
    const [first = Buffer.alloc(0), ...more] = this.#pieces;
    this.#pieces = [];
    return decode(more.length === 0 ? first : Buffer.concat([first, ...more]));
  }
}
