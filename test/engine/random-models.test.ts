/** A sample of `npm run suite:random`: right models pass the check, and a planted fault is found and named. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { readRequest } from "../random/request";
import { Tally } from "../random/tally";
import { type Kind, runTrial } from "../random/trials";

async function sample(kind: Kind, count: number): Promise<Tally> {
  const tally = new Tally(kind);
  for (let number = 0; number < count; number++) tally.add([await runTrial(kind, 0, number)]);
  return tally;
}

describe("random models", () => {
  it("120 right ones get no failing verdict", async () => {
    const tally = await sample("models", 120);
    assert.ok(tally.isGood(), tally.failures.map(({ said }) => said).join("\n\n"));
    assert.match(tally.summary(), /^1[12]\d right models: 0 with a failing verdict/);
  }).timeout(60_000);

  it("60 wrong derivatives are found, and their operation is named", async () => {
    const tally = await sample("faults", 60);
    assert.ok(tally.isGood(), tally.failures.map(({ said }) => said).join("\n\n"));
    assert.match(tally.summary(), /^(5\d|60) models with a fault/);
  }).timeout(60_000);

  it("a fault that changes gradients by what rounding leaves of 0 alone is none", async () => {
    for (const number of [423, 2803, 2950]) {
      const { result, said } = await runTrial("faults", 100, number);
      assert.notEqual(result, "bad", said);
    }
  });

  it("the suite runs 20,000 of each unless told otherwise", () => {
    assert.deepEqual(readRequest([]).counts, { models: 20_000, faults: 20_000, programs: 20_000 });
    assert.deepEqual(readRequest(["--faults", "30", "--seed", "2"]), {
      seed: 2,
      counts: { models: 0, faults: 30, programs: 0 },
      only: null,
      show: 20,
    });
    assert.throws(() => readRequest(["--model", "3"]), /--models N/);
    assert.throws(() => readRequest(["--models", "many"]), /many/);
  });
});
