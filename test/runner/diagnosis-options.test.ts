/** Options of the command line that say how to diagnose. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "mocha";
import { presetNames } from "../../engine/report/preset-names";
import type { Finding, Report } from "../../engine/report/report";
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

describe("a comment gradlens: ignore in a file", () => {
  const folder = mkdtempSync(join(tmpdir(), "gradlens-"));
  after(() => rmSync(folder, { recursive: true, force: true }));

  const traced = (comment: string, ...options: string[]) => {
    const path = join(folder, "model.ts");
    writeFileSync(
      path,
      `import { mseLoss, nn, randn } from "gradlens";
const layer = new nn.Linear(4, 1);
export const loss = () =>
  mseLoss(layer.forward(randn([16, 4])), randn([16])); ${comment}
`,
    );
    return gradlens("trace", path, ...options);
  };

  it("leaves the finding out and says so, in text and as data", async () => {
    const loud = await traced("//");
    assert.match(loud.out, /\[broadcast-loss\]/);
    assert.doesNotMatch(loud.out, /ignored/);
    const quiet = await traced("// gradlens: ignore broadcast-loss");
    assert.doesNotMatch(quiet.out, /\[broadcast-loss\]/);
    assert.match(quiet.out, /1 finding ignored, as comments say: broadcast-loss in line 4\./);
    const { out } = await traced("// gradlens: ignore", "--json");
    const { findings, ignored } = JSON.parse(out) as Report;
    assert.deepEqual([findings.length, ignored?.map(({ finding }) => finding.rule)], [0, ["broadcast-loss"]]);
  });

  it("is told when it ignores nothing", async () => {
    const { out } = await traced("// gradlens: ignore dead-units");
    assert.match(out, /\[broadcast-loss\]/);
    assert.match(
      out,
      /info\[unused-ignore\]: This comment ignores nothing: "dead-units" finds nothing in line 4/,
    );
  });
});
