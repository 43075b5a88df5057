/** Wrong and right backward passes: every wrong one is caught and named, no right one is accused. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { checkGradients } from "../../engine/check";
import * as g from "../../engine/index";
import type { Case } from "./faults/case";
import { rightOnes } from "./faults/right";
import { wrong } from "./faults/wrong";
import { sampleRun } from "./sample-run";

async function checkOf({ values, model }: Case) {
  const run = sampleRun(
    ({ name }) => model(name("w", g.tensor(values, { requiresGrad: true, dtype: "float64" }))),
    { differentiate: false },
  );
  const [check] = await checkGradients(run, { kind: "all" });
  assert.ok(check);
  return check;
}

describe("gradient check: mistakes of all kinds", () => {
  for (const each of wrong) {
    it(`caught and named: ${each.name}`, async () => {
      const { verdict, culprit, message } = await checkOf(each);
      assert.equal(verdict, "wrong-derivative", message);
      assert.deepEqual({ op: culprit?.op, line: culprit?.site?.line }, each.culprit, message);
    });
  }

  for (const each of rightOnes) {
    it(`no false alarm: ${each.name}`, async () => {
      const { verdict, message } = await checkOf(each);
      assert.ok(each.expected.includes(verdict), `${verdict}: ${message}`);
    });
  }
});
