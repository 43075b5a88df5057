/** Options of the command line that say how to diagnose. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { presetNames } from "../../engine/report/preset-names";
import type { Finding } from "../../engine/report/report";
import { gradlens } from "./command";

const file = "media/examples/deep-sigmoid.ts";

async function rulesWith(...options: string[]): Promise<string[]> {
  const { out, err } = await gradlens("trace", file, "--json", ...options);
  assert.equal(err, "");
  return (JSON.parse(out) as { findings: Finding[] }).findings.map(({ rule }) => rule);
}

describe("options of the diagnosis", () => {
  it("set limits and leave rules out", async () => {
    assert.deepEqual(await rulesWith(), ["vanishing-gradient"]);
    assert.deepEqual(await rulesWith("--no-rule", "vanishing-gradient"), []);
    const limits = ["--limit", "vanishing-gradient.ratio=1e-30", "--limit", "dead-units.share=1"];
    assert.deepEqual(await rulesWith(...limits), []);
  });

  it("choose the rules of another tool", async () => {
    assert.deepEqual(await rulesWith("--preset", "torchlens"), ["torchlens/vanishing-gradient"]);
    const { code, err } = await gradlens("trace", file, "--preset", "none");
    assert.equal(code, 2);
    for (const name of presetNames) assert.ok(err.includes(name), name);
    const { out } = await gradlens("--help");
    for (const name of presetNames) assert.ok(out.includes(name), name);
  });

  it("are refused where they make no sense, before anything runs", async () => {
    const refusals: [string[], RegExp][] = [
      [["--limit", "20"], /--limit is "20"; expected a rule, its limit and a number/],
      [["--limit", "vanishing-gradient=1"], /expected a rule and its limit/],
      [["--limit", "vanishing-gradient.ratio=x"], /expected a number, 0 or more/],
      [["--limit", "vanishing-gradient.x=1"], /no limit "x".*vanishing-gradient\.ratio/],
      [["--no-rule", "vanishing"], /no rule "vanishing".*dead-units.*vanishing-gradient/],
    ];
    for (const [options, expected] of refusals) {
      const { code, out, err } = await gradlens("trace", file, ...options);
      assert.equal(code, 2);
      assert.equal(out, "");
      assert.match(err, expected);
    }
  });
});
