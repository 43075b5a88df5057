/** The changes of a backward pass that are tried to find a mistake: the one that undoes it is among them. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, it } from "mocha";
import { Repairs } from "../../engine/source";
import { readPlanted } from "../suite/planted";

/** How many of the mistakes planted in a file one small change undoes, and how many there are. */
const counts: readonly (readonly [string, number, number])[] = [
  ["cholesky-solve.ts", 9, 10],
  ["maxpool-dense.js", 6, 7],
  ["mlp-while.js", 7, 9],
  ["pendulum.js", 8, 13],
  ["polynomial.ts", 9, 9],
  ["rnn-scalars.ts", 8, 8],
  ["softmax-ce.ts", 8, 8],
];

describe("repairs of a text", () => {
  const all = readPlanted(join(process.cwd(), "test/fixtures/hand-written/planted"));
  const everywhere = { line: 1, column: 1, endLine: 1000, endColumn: 1 };
  /** Without what formatting may change. */
  const bare = (text: string) => text.replaceAll(/[\s;()]/g, "");

  for (const [file, undone, of] of counts) {
    it(`undo ${undone} of ${of} mistakes in ${file}`, () => {
      const [right, ...wrong] = all.filter(({ name }) => name.startsWith(file));
      const isUndone = ({ file: path, text, line }: (typeof wrong)[number]) => {
        const at = (line ?? 0) - 1;
        const [bad = "", good = ""] = [text, right?.text ?? ""].map((each) => each.split("\n")[at]);
        return new Repairs(text, path, everywhere, "__gradlens")
          .between(0, 3.5, (each) => each === line)
          .some((each) => bare(bad).replace(bare(each.was()), bare(each.becomes())) === bare(good));
      };
      assert.deepEqual([wrong.filter(isUndone).length, wrong.length], [undone, of]);
    });
  }
});
