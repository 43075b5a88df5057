// What lies below a folder, whatever its path looks like.
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { liesBelow } from "../../engine/runner/regular-file";

describe("a path below a folder", () => {
  for (const path of ["/w/a.ts", "/w/b/../a.ts", "/w/..a.ts", "/w/b/c/d.ts"])
    it(`${path} lies below /w`, () => assert.ok(liesBelow("/w", path)));
  for (const path of ["/w", "/", "/w/../a.ts", "/wider/a.ts", "/w/b/../../etc/passwd", "/etc/passwd"])
    it(`${path} does not`, () => assert.ok(!liesBelow("/w", path)));
});
