// What a model prints, as lines of the output channel.
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { PrintedLines, terminalLines } from "../../extension/printed-lines";

function linesOf(...pieces: ["stdout" | "stderr", string][]): string[] {
  const lines: string[] = [];
  const printed = new PrintedLines((stream, line) => lines.push(`${stream}: ${line}`));
  for (const [stream, text] of pieces) printed.write({ stream, text });
  printed.end();
  return lines;
}

describe("lines that a model prints", () => {
  it("are whole, however they were written", () => {
    assert.deepEqual(linesOf(["stdout", "epoch 1 l"], ["stdout", "oss 2.3\nepoch 2 loss 2.1\n"]), [
      "stdout: epoch 1 loss 2.3",
      "stdout: epoch 2 loss 2.1",
    ]);
  });

  it("keep to their stream, and the last one needs no end", () => {
    assert.deepEqual(linesOf(["stdout", "a"], ["stderr", "careful\n"], ["stdout", "b"]), [
      "stderr: careful",
      "stdout: ab",
    ]);
  });

  it("have no colours, no titles and no other codes of a terminal", () => {
    const text = "\u001b[31mred\u001b[0m \u001b[38;5;12mblue\u001b[K \u001b]0;title\u0007plain\u0000\u0007\n";
    assert.deepEqual(linesOf(["stdout", text]), ["stdout: red blue plain"]);
  });

  it("show a progress line as it was at last, and empty lines as such", () => {
    assert.deepEqual(linesOf(["stdout", "10 %\r50 %\r100 %\n\na\r\n\tb\n"]), [
      "stdout: 100 %",
      "stdout: ",
      "stdout: a",
      "stdout: \tb",
    ]);
  });

  it("end as a terminal's do in the output of a test", () => {
    assert.equal(terminalLines("a\nb\r\nc\n"), "a\r\nb\r\nc\r\n");
  });

  it("are bounded in length and number", () => {
    const [long] = linesOf(["stdout", "x".repeat(2_500)]);
    assert.equal(long, `stdout: ${"x".repeat(2_000)}… (500 more characters)`);
    const many = linesOf(["stdout", "x\n".repeat(50_000)]);
    assert.equal(many.length, 10_001);
    assert.match(many.at(-1) ?? "", /10000 lines were printed; the rest is left out/);
  });
});
