// Tabs of files of one name: as much of the folder as tells them apart.
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { fileTitles } from "../../extension/file-titles";

const titlesOf = (...files: string[]) => [...fileTitles(files).values()];

describe("titles of files", () => {
  it("are their names while these differ", () => {
    assert.deepEqual(titlesOf("/w/a/model.ts", "/w/a/net.ts", "/w/a/model.ts"), ["model.ts", "net.ts"]);
  });

  it("have the folder where two have one name", () => {
    assert.deepEqual(titlesOf("/w/a/model.ts", "/w/b/model.ts", "/w/b/net.ts"), [
      "model.ts — a",
      "model.ts — b",
      "net.ts",
    ]);
    assert.deepEqual(titlesOf("C:\\w\\a\\model.ts", "C:\\w\\b\\model.ts"), ["model.ts — a", "model.ts — b"]);
  });

  it("have as many folders as it takes, and all where one path ends as the other", () => {
    assert.deepEqual(titlesOf("/w/x/src/model.ts", "/w/y/src/model.ts"), [
      "model.ts — x/src",
      "model.ts — y/src",
    ]);
    assert.deepEqual(titlesOf("/w/model.ts", "/x/w/model.ts"), ["model.ts — w", "model.ts — x/w"]);
  });
});
