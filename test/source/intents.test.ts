/** Comments that say that a gradient is meant to be as it is. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { analyse } from "../../engine/source";

function intentsOf(text: string, file = "model.ts") {
  return analyse(text, file).analysis?.intents ?? [];
}

const linesOf = (text: string, file?: string) => intentsOf(text, file).map(({ line }) => line);
const coveredLines = (text: string) =>
  intentsOf(text).flatMap(({ covers }) => covers.map(({ line, endLine }) => `${line}-${endLine}`));

describe("a comment gradlens: intended", () => {
  it("is about its own line, or about the next with code when it stands alone", () => {
    assert.deepEqual(linesOf("const a = 1;\nconst b = f(a).detach(); // gradlens: intended\n"), [2]);
    assert.deepEqual(linesOf("// gradlens: intended\nconst b = 1;"), [2]);
    assert.deepEqual(linesOf("  // gradlens: intended\n\n  // for stability\n  /* so */ const b = 1;"), [4]);
    assert.deepEqual(linesOf("f(/* gradlens: intended, as in DQN */ a);"), [1]);
    assert.deepEqual(linesOf("const a = b\n  // gradlens: intended\n  .detach();", "model.js"), [3]);
  });

  it("is read in any case and with a reason, and not in strings or other words", () => {
    assert.deepEqual(linesOf("a(); // Gradlens: Intended (a straight-through estimator)"), [1]);
    assert.deepEqual(linesOf('a("// gradlens: intended"); b(`\n// gradlens: intended\n`);'), []);
    assert.deepEqual(linesOf("a(); // gradlens: unintended"), []);
    assert.deepEqual(linesOf("a(); // is this gradlens: intended?"), []);
  });

  it("is told once, also where TypeScript is read in several ways", () => {
    const text =
      "const f = async <T>(x: T /* gradlens: intended */) => (x as T);\nconst g = (a: number) => a < 1;";
    assert.deepEqual(linesOf(text), [1]);
  });

  it("is found in CommonJS that is not strict", () => {
    assert.deepEqual(linesOf("with (a) { b(); } // gradlens: intended", "model.cjs"), [1]);
  });

  it("at the head of a layer written by hand is about all of it, at that of its backward pass about that", () => {
    const op = `const ste = customOp({ // gradlens: intended
      name: "ste",
      forward: (x) => round(x),
      backward: ({ grad }) => [grad],
    });`;
    assert.deepEqual(coveredLines(op), ["1-5"]);
    const layer = `class Reverse {
      forward(x) { return x; }
      // gradlens: intended
      backward(g) {
        return -g;
      }
    }`;
    assert.deepEqual(coveredLines(layer), ["4-6"]);
    const pair = `function clip(x) { return x; }
    function clipBackward(g) { // gradlens: intended
      return Math.min(g, 1);
    }`;
    assert.deepEqual(coveredLines(pair), ["2-4"]);
  });

  it("at the head of a call of noGrad is about what runs inside of it", () => {
    assert.deepEqual(coveredLines("const t = noGrad(() => { // gradlens: intended\n  return f(x);\n});"), [
      "1-3",
    ]);
  });
});
