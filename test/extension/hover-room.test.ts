// What a hover leaves out when there is little room: the least important first, in the order in which it stands.
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { firstThatFit, rowsThatFit } from "../../extension/editor/hover-room";

const rows = [{ rank: 2 }, { rank: 1 }, { rank: 3 }, { rank: 4 }, { rank: 5 }];

describe("the room of a hover", () => {
  it("is for fewer rows beside more lines, the most important ones, in their order, and for one at least", () => {
    const counts = [1, 2, 3, 4, 5, 9].map((lines) => rowsThatFit(rows, lines).length);
    assert.deepEqual(
      counts,
      counts.toSorted((a, b) => b - a),
    );
    assert.deepEqual([counts[0], counts.at(-1)], [5, 1]);
    assert.deepEqual(rowsThatFit(rows, 3), [{ rank: 2 }, { rank: 1 }].slice(0, rowsThatFit(rows, 3).length));
  });

  it("says how many items are left out, and counts the line that says so", () => {
    const items = Array.from({ length: 12 }, (_, i) => i);
    const { shown, more } = firstThatFit(items, 2);
    assert.equal(shown.length + more, 12);
    assert.deepEqual(firstThatFit(items.slice(0, shown.length + 1), 2).more, 0);
    assert.ok(shown.length >= 3);
  });
});
