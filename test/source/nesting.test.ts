/** What is nested is read in a time that grows with its depth, not with two to its power; counted in tokens, not in seconds. */
import assert from "node:assert/strict";
import { Parser } from "acorn";
import { describe, it } from "mocha";
import { analyse } from "../../engine/source";

/** Every text around `n` levels: one that can be read, or one that is wrong at its end. */
const nested: Readonly<Record<string, (n: number) => string>> = {
  "type assertions": (n) => `const a = ${"<any>(".repeat(n)}1${")".repeat(n)};`,
  "type assertions in arrays": (n) => `const a = ${"<any>([".repeat(n)}1${"])".repeat(n)};`,
  "calls with type arguments that nobody closed": (n) => `const a = ${"f<A>(".repeat(n)}`,
  "optional calls with type arguments": (n) => `const a = ${"a?.b<A>(f<A>(".repeat(n)}1 1`,
  "templates after type arguments": (n) => `const a = ${`f<A>\`\${`.repeat(n)}(a: b)`,
  "async calls with type arguments": (n) => `const a = ${"async<A>(".repeat(n)}1 1${")".repeat(n)};`,
  "types of functions with patterns": (n) => `let a: ${"([a = (x as ".repeat(n)}b${")]) => 1".repeat(n)};`,
  "arrows in parentheses": (n) => `const a = ${"((a) => (".repeat(n)}1${"))".repeat(n)};`,
  "open parentheses": (n) => `const a = ${"(".repeat(n)}a`,
  "open generics": (n) => `const a = ${"a<b<c<".repeat(n)}`,
  "conditional types": (n) => `type A = ${"(B extends C ? (".repeat(n)}D${") : E)".repeat(n)};`,
  "template literals": (n) => `const a = ${"`${".repeat(n)}1${"}`".repeat(n)};`,
  arrays: (n) => `const a = ${"[".repeat(n)}1${"]".repeat(n)};`,
};

/** How many tokens the parser reads to analyse a text; one that is read twice counts twice. */
function countTokens(text: string): number {
  const { prototype } = Parser;
  const read: unknown = Reflect.get(prototype, "nextToken");
  assert.ok(typeof read === "function");
  let count = 0;
  Reflect.set(prototype, "nextToken", function (this: unknown) {
    count += 1;
    return read.call(this);
  });
  try {
    analyse(text, "model.ts");
  } finally {
    Reflect.set(prototype, "nextToken", read);
  }
  return count;
}

describe("reading what is nested", () => {
  for (const [what, make] of Object.entries(nested)) {
    it(what, () => {
      const [few, many] = [countTokens(make(5)), countTokens(make(10))];
      assert.ok(few > 0 && many <= 8 * few, `${few} tokens for 5 levels, ${many} for 10`);
    });
  }

  it("names the place where the stack ends, in TypeScript and in JavaScript", () => {
    for (const file of ["model.ts", "model.js"]) {
      const { error } = analyse(`\nconst a = ${"[".repeat(50_000)}`, file);
      assert.equal(error?.message, "This file is nested too deeply to be read");
      assert.equal(error.range.line, 2);
      assert.ok(error.range.column > 100);
    }
  });

  it("reads a line of 2 MB and a file of 5 MB", () => {
    const line = analyse(`const a = [${"0.25000000000000000, ".repeat(100_000)}];`, "model.ts");
    assert.equal(line.error, null);
    const file = analyse(`${"// what the data are\n".repeat(250_000)}const a = tensor(1);`, "model.ts");
    assert.deepEqual(
      file.analysis?.bindings.map(({ name, range }) => [name, range.line]),
      [["a", 250_001]],
    );
  });
});
