/** Calls that are refused, in tables: the function, the call, its message, perhaps its hint. */
import assert from "node:assert/strict";
import { it } from "mocha";
import * as gl from "../../engine";

export type Refused = readonly [name: string, fn: () => unknown, message: RegExp, hint?: RegExp];

/** A test for each row: a ModelError whose message begins with the function's name. */
export function testRefused(tables: Readonly<Record<string, readonly Refused[]>>): void {
  for (const [title, table] of Object.entries(tables)) {
    for (const [name, fn, message, hint] of table) {
      it(`${title}: ${name} ${message.source}`, () => {
        assert.throws(fn, (error) => {
          assert.ok(error instanceof gl.ModelError, String(error));
          assert.ok(error.message.startsWith(`${name}(): `), error.message);
          assert.match(error.message, message);
          if (hint !== undefined) assert.match(error.hint ?? "", hint);
          return true;
        });
      });
    }
  }
}
