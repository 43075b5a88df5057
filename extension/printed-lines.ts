/** What a model prints, as lines for the output channel: whole ones, without colours, and not without end. */
import type { OutputParams } from "../engine/runner/protocol";

/** Longer lines, and more of them in a run, tell a person nothing. */
const LONGEST_LINE = 2_000;
const MOST_LINES = 10_000;

/** Colours, cursor movements and titles of terminals. */
const escapes =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  /[\u001b\u009b](?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|[ -/]*[0-~])/g;
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const controls = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;

/** A line as a terminal shows it at last: a carriage return writes over what was there. */
function readable(line: string): string {
  const shown = line.replace(/\r+$/, "").split("\r").at(-1) ?? "";
  const plain = shown.replace(escapes, "").replace(controls, "").trimEnd();
  const more = plain.length - LONGEST_LINE;
  return more > 0 ? `${plain.slice(0, LONGEST_LINE)}… (${more} more characters)` : plain;
}

type Stream = OutputParams["stream"];

export class PrintedLines {
  readonly #begun: Record<Stream, string> = { stdout: "", stderr: "" };
  #lines = 0;

  constructor(private readonly emit: (stream: Stream, line: string) => void) {}

  /** Takes what was written, in whatever pieces. */
  write({ stream, text }: OutputParams): void {
    const lines = (this.#begun[stream] + text).split("\n");
    this.#begun[stream] = lines.pop() ?? "";
    for (const line of lines) this.#emit(stream, line);
  }

  /** A run is over: what it left without a line's end is a line, too. */
  end(): void {
    for (const stream of ["stdout", "stderr"] as const) {
      if (this.#begun[stream] !== "") this.#emit(stream, this.#begun[stream]);
      this.#begun[stream] = "";
    }
    this.#lines = 0;
  }

  #emit(stream: Stream, line: string): void {
    this.#lines += 1;
    if (this.#lines <= MOST_LINES) this.emit(stream, readable(line));
    else if (this.#lines === MOST_LINES + 1)
      this.emit("stderr", `… more than ${MOST_LINES} lines were printed; the rest is left out`);
  }
}

/** Lines as the output of a test wants them. */
export function terminalLines(text: string): string {
  return `${text.trimEnd().split(/\r?\n/).join("\r\n")}\r\n`;
}
