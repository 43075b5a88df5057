/** Of models that do not train the fault is named in its line, and models that do are left in peace. A sample of the suite. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { diagnoseModel, withEngines } from "../suite/diagnosis/diagnose-model";
import { readModels } from "../suite/diagnosis/models";
import { missedBars, stateOf, tally } from "../suite/diagnosis/score";
import { showFindings } from "../suite/diagnosis/variants";
import { fixture } from "./engine";

/** One in so many models is diagnosed here; all of them in `npm run suite:diagnosis`. */
const EACH = 8;
/** One model more or less is a larger share of a sample. */
const SLACK = 0.06;

describe("models of the suite", () => {
  const all = readModels(fixture("diagnosis"));

  it("are faulty and healthy ones, enough of both", () => {
    const [faulty, healthy] = [true, false].map((is) => all.filter(({ rules }) => rules.length > 0 === is));
    assert.ok((faulty?.length ?? 0) >= 120 && (healthy?.length ?? 0) >= 80);
  });

  it("are found out, each fault once and in its line, and the healthy ones are not accused", async () => {
    const kinds = [true, false].map((is) => all.filter(({ rules }) => rules.length > 0 === is));
    const sample = kinds.flatMap((models) => models.filter((_, i) => i % EACH === 0));
    const diagnosed = await withEngines(sample, (engine, model) => diagnoseModel(engine, model));
    const said = diagnosed
      .filter((each) => stateOf(each) !== "ok")
      .map((each) => `${stateOf(each)}: ${each.model.name}: ${showFindings(each)}`);
    assert.deepEqual(missedBars(tally(diagnosed), SLACK), [], said.join("\n"));
  }).timeout(120_000);
});
