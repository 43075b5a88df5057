/** Chance and clocks while a model is run again: the same each time, and as they were afterwards. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { withPinnedChance } from "../../engine/runner/pinned";

const today = () => new Date();
const asked = () => ({
  random: [Math.random(), Math.random()],
  bytes: [...crypto.getRandomValues(new Uint8Array(4))],
  id: crypto.randomUUID(),
  now: [Date.now(), today().getTime(), performance.now()],
});

describe("pinned chance", () => {
  it("gives the same numbers in every run, and other ones from call to call", async () => {
    const [first, second] = [await withPinnedChance(asked), await withPinnedChance(asked)];
    assert.deepEqual(first, second);
    for (const numbers of [first.random, first.now]) assert.equal(new Set(numbers).size, numbers.length);
    assert.ok(new Set(first.bytes).size > 1);
  });

  it("leaves dates alone that are given", async () => {
    const given = await withPinnedChance(() => [new Date(0).getTime(), new Date("2001-02-03").toISOString()]);
    assert.deepEqual(given, [0, "2001-02-03T00:00:00.000Z"]);
    const clock = await withPinnedChance(() => [Date.now(), today().getTime(), Date.now()]);
    assert.deepEqual(
      clock,
      clock.toSorted((a, b) => a - b),
    );
    assert.ok((clock[2] ?? 0) - (clock[0] ?? 0) < 100);
  });

  it("gives the real ones back, also when the run throws", async () => {
    const before = [Math.random, Date, performance.now, crypto.getRandomValues];
    await assert.rejects(
      withPinnedChance(() => {
        throw new Error("stop");
      }),
      /stop/,
    );
    assert.deepEqual([Math.random, Date, performance.now, crypto.getRandomValues], before);
  });
});
