// Which files the search for models passes over.
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { ignoredGlobs, matcherOf } from "../../extension/globs";

/** Of some paths, those that a .gitignore leaves. */
function kept(ignore: string, ...paths: string[]): string[] {
  const isIgnored = matcherOf(ignoredGlobs(ignore));
  return paths.filter((path) => !isIgnored(path));
}

describe("files to pass over", () => {
  it("are those of VS Code's patterns", () => {
    const isOut = matcherOf(["**/node_modules", "**/*.code-search", "out/{a,b}/*.ts", "x/[!y]?.js"]);
    const paths = [
      "node_modules/a/index.js",
      "pkg/node_modules/b.js",
      "my_node_modules/b.js",
      "a.code-search",
      "out/a/m.ts",
      "out/c/m.ts",
      "x/ab.js",
      "x/yb.js",
    ];
    assert.deepEqual(
      paths.filter((path) => !isOut(path)),
      ["my_node_modules/b.js", "out/c/m.ts", "x/yb.js"],
    );
  });

  it("are those of .gitignore: names anywhere, rooted paths, folders, comments", () => {
    const ignore = "# made\ndist/\n/build\r\n*.gen.ts\nlib/deep/*.js  \n**/tmp\n\\#odd.ts\n";
    assert.deepEqual(
      kept(
        ignore,
        ...["dist/a.js", "pkg/dist/a.js", "build/a.js", "pkg/build/a.js", "a.gen.ts", "x/a.gen.ts"],
        ...["lib/deep/a.js", "x/lib/deep/a.js", "a/tmp/b.ts", "#odd.ts", "odd.ts", "distance/a.js"],
      ),
      ["pkg/build/a.js", "x/lib/deep/a.js", "odd.ts", "distance/a.js"],
    );
  });

  it("are not sought with patterns that would never come to an end", () => {
    const isOut = matcherOf([`${"*a".repeat(40)}b`, `${"**/".repeat(40)}b`, "**/*.log*"]);
    assert.equal(isOut("a".repeat(250)), false);
    assert.equal(isOut("a/x.log.1"), true);
  });

  it("are only whole folders where a line takes something back", () => {
    assert.deepEqual(kept("*.js\ndist/\n!model.js\n", "model.js", "other.js", "dist/model.js"), [
      "model.js",
      "other.js",
    ]);
  });
});
