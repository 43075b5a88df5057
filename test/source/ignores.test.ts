/** Comments that say that findings at a line are not to be told. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { analyse } from "../../engine/source";

function ignoresOf(text: string) {
  const found = analyse(text, "model.ts").analysis?.ignores ?? [];
  return found.map(({ line, rules }) => [line, ...rules]);
}

describe("a comment gradlens: ignore", () => {
  it("is about its own line, or about the next with code when it stands alone", () => {
    assert.deepEqual(ignoresOf("const a = 1;\nconst b = f(a); // gradlens: ignore\n"), [[2]]);
    assert.deepEqual(ignoresOf("// gradlens: ignore\n\n// so\nconst b = 1;"), [[4]]);
  });

  it("names rules, several with commas or blanks, and may give a reason", () => {
    const named = (rest: string) => ignoresOf(`f(); // gradlens: ignore${rest}`)[0]?.slice(1);
    assert.deepEqual(named(" dead-units"), ["dead-units"]);
    assert.deepEqual(named(" dead-units, saturation"), ["dead-units", "saturation"]);
    assert.deepEqual(named(" dead-units saturation"), ["dead-units", "saturation"]);
    assert.deepEqual(named(" torchlens/dead-relu (sparse on purpose)"), ["torchlens/dead-relu"]);
    assert.deepEqual(named(" dead-units -- sparse on purpose"), ["dead-units"]);
    assert.deepEqual(named(" (sparse on purpose)"), []);
    assert.deepEqual(ignoresOf("f(/* gradlens: ignore dead-units */ 1);"), [[1, "dead-units"]]);
  });

  it("is no other word, no part of a sentence and no text", () => {
    for (const text of ["ignored", "ignore-all", "intended"])
      assert.deepEqual(ignoresOf(`f(); // gradlens: ${text}`), []);
    assert.deepEqual(ignoresOf("f(); // write gradlens: ignore here"), []);
    assert.deepEqual(ignoresOf('f("// gradlens: ignore");'), []);
  });
});
