/** What the command line and the README say of the rules of the diagnosis: what stands in their records. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { describe, it } from "mocha";
import { rules, rulesOf } from "../../engine/diagnose";
import { gradlens } from "./command";
import { root } from "./engine";

describe("gradlens rules", () => {
  it("lists every rule with its limits", async () => {
    const { code, out } = await gradlens("rules");
    assert.equal(code, 0);
    const lines = out.split("\n");
    for (const { id, title, thresholds } of rules) {
      const line = lines.find((each) => each.startsWith(`${id} `)) ?? assert.fail(id);
      for (const part of [title, ...Object.keys(thresholds)])
        assert.ok(line.includes(part), `${id}: ${part}`);
    }
  });

  it("prints the records as data, also those of another tool", async () => {
    const read = async (...options: string[]) =>
      JSON.parse((await gradlens("rules", "--json", ...options)).out);
    const own = (await read()) as { rules: { id: string; limits: object }[] };
    assert.deepEqual(
      own.rules.map(({ id, limits }) => [id, limits]),
      rules.map(({ id, thresholds }) => [id, thresholds]),
    );
    const others = (await read("--preset", "torchlens")) as { rules: { id: string }[] };
    assert.deepEqual(
      others.rules.map(({ id }) => id),
      rulesOf({ preset: "torchlens" }).map(({ id }) => id),
    );
  });

  it("says all about one", async () => {
    const all = [...rules, ...rulesOf({ preset: "autotrainer" })];
    for (const id of ["vanishing-gradient", "autotrainer/dying-relu"]) {
      const { out } = await gradlens("rules", id);
      const { title, page, thresholds } = all.find((each) => each.id === id) ?? assert.fail(id);
      const limits = Object.entries(thresholds).flatMap(([name, { text }]) => [`${id}.${name}`, text]);
      for (const text of [title, ...Object.values(page), ...limits]) assert.ok(out.includes(text), text);
    }
  });

  it("names those that there are to who asks for another one, and takes nothing else", async () => {
    const { code, err } = await gradlens("rules", "vanishing");
    assert.equal(code, 2);
    assert.match(err, /no rule "vanishing"[\s\S]*vanishing-gradient/);
    assert.match((await gradlens("rules", "--lr", "1")).err, /lr/);
    assert.match((await gradlens("rules", "--sarif", "x")).err, /--sarif does not go with rules/);
  });

  it("is what the README shows", () => {
    execFileSync(process.execPath, [join(root, ".scripts/readme.mjs"), "--check"], { stdio: "pipe" });
  });
});
