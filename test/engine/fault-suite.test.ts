/** The suite of wrong and right backward passes: the figures that Gradlens must reach, and that the other rules are applied fairly. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { allCases, rivals, runGradlens, runRival, score } from "../suite/run";

describe("gradient check: suite of backward passes", () => {
  const cases = allCases();

  it("has at least 80 wrong and 60 right ones, each under a name of its own", () => {
    const names = cases.map(({ group, name, isFault }) => `${isFault} ${group} ${name}`);
    assert.equal(new Set(names).size, names.length);
    assert.ok(cases.filter(({ isFault }) => isFault).length >= 80);
    assert.ok(cases.filter(({ isFault }) => !isFault).length >= 60);
  });

  it("98 % detected and judged, no false alarm, 95 % with operation and line", async () => {
    const outcomes = await runGradlens(cases, 0);
    const { detected, faults, falseAlarms, rights, verdicts, places } = score(outcomes);
    const missed = outcomes
      .filter(({ verdictIsRight }) => !verdictIsRight)
      .map(({ name, said }) => `${name}: ${said}`);
    assert.equal(falseAlarms, 0, missed.join("\n"));
    assert.ok(detected >= 0.98 * faults, missed.join("\n"));
    assert.ok(verdicts >= 0.98 * (faults + rights), missed.join("\n"));
    assert.ok(places >= 0.95 * faults, `${places} of ${faults}`);
  });

  it("says what is wrong with how a rule behaves", async () => {
    const sentences: Readonly<Record<string, RegExp>> = {
      "exp: incoming gradient ignored": /not proportional to the incoming gradient/,
      "relu: mask from the incoming gradient": /not proportional to the incoming gradient/,
      "noise added to the gradient": /another gradient each time/,
      "one cache for two calls": /values of another call/,
      "bias: gradient not reduced over the batch": /shape \[4, 3\] for an input of shape \[3\]/,
    };
    const few = cases.filter(({ name }) => name in sentences);
    assert.equal(few.length, Object.keys(sentences).length);
    for (const { name, said } of await runGradlens(few, 0)) assert.match(said, sentences[name] as RegExp);
  });

  it("the rules of others find plain faults and pass plain functions", async () => {
    const plain = [
      "sin: derivative is −cos",
      "class: slope forgotten",
      "value used three times",
      "class on plain arrays",
    ];
    const few = cases.filter(({ name }) => plain.includes(name));
    assert.equal(few.length, plain.length);
    for (const rival of rivals) {
      for (const { name, fails, isFault } of await runRival(rival, few, 0))
        assert.equal(fails, isFault, `${rival.name}: ${name}`);
    }
  });
});
