/** What a comment `// gradlens: intended` allows, what it hides nothing of, and what was not checked, in files. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, describe, it } from "mocha";
import { isFine } from "../../engine/check";
import type { Checked } from "../../engine/report/questions";
import type { Check } from "../../engine/report/report";
import { gradlens } from "./command";
import { fixture, openEngine, paramsFor, reportOf } from "./engine";

const file = fixture("intent/idioms.ts");
const text = readFileSync(file, "utf8");
const comment = "// gradlens: intended";

describe("gradients that are wrong on purpose", () => {
  const { engine } = openEngine();
  after(() => engine.dispose());

  const check = async (changed: string, path = file): Promise<Checked> => {
    const overlays = { [path]: changed };
    assert.equal(reportOf(await engine.trace(paramsFor(path, { overlays }))).failure, null);
    const result = await engine.check({ target: { kind: "all" } });
    assert.ok("checks" in result, JSON.stringify(result));
    return result;
  };
  const verdicts = (checks: readonly Check[]) =>
    Object.fromEntries(
      checks.map(({ target, parameter, verdict }) => [`${target}.${parameter}`, verdict] as const),
    );
  const messageOf = (checks: readonly Check[], name: string) =>
    checks.find(({ target, parameter }) => `${target}.${parameter}` === name)?.message ?? "";

  it("are intended where a comment says so, and fine", async () => {
    const { checks, findings } = await check(text);
    const found = verdicts(checks);
    assert.deepEqual(new Set(Object.values(found)), new Set(["ok", "intended"]));
    assert.deepEqual([found["net.fc1.weight"], found["net.fc3.weight"]], ["intended", "ok"]);
    assert.deepEqual([found["net.fc4.bias"], found["Clip.v"]], ["intended", "intended"]);
    assert.deepEqual(findings, []);
    assert.equal((await gradlens("check", file)).code, 0);
  });

  it("fail without it, with what they look like and what to write", async () => {
    const { checks } = await check(text.replaceAll(comment, "//"));
    assert.ok(checks.every(({ verdict }) => ["ok", "wrong-derivative", "cut"].includes(verdict)));
    assert.match(
      messageOf(checks, "net.fc2.weight"),
      /looks like gradient reversal; if that is meant, write \/\/ gradlens: intended on line 20/,
    );
    assert.match(messageOf(checks, "net.fc4.weight"), /if that is meant, write .* on line 46/i);
    const alone = await check(text.replaceAll(comment, "//").replace("reverse(this", "(this"));
    assert.match(messageOf(alone.checks, "net.fc1.weight"), /looks like a straight-through estimator/);
  });

  it("hide no fault at another line", async () => {
    const without = text.replace(`[grad], ${comment}`, "[grad],");
    // Both stand on the way of fc1: the one that is not meant is the one to name.
    const { checks } = await check(without);
    assert.equal(verdicts(checks)["net.fc1.weight"], "wrong-derivative");
    assert.equal(checks.find(({ target }) => target === "net.fc1")?.culprit?.op, "ste");
  });

  it("hide no cut beside them", async () => {
    const both = text.replace(
      "reverse(this.fc2.forward(h))",
      "reverse(this.fc2.forward(h)).mul(this.fc2.forward(h).detach())",
    );
    const { checks } = await check(both);
    const found = checks.find(({ target }) => target === "net.fc2");
    assert.deepEqual([found?.verdict, found?.culprit?.op], ["cut", "detach"]);
  });

  it("may be cut by a call of noGrad, also where what it runs stands elsewhere", async () => {
    const inside = text.replace("noGrad(() => this.fc5.forward(v).abs())", "noGrad(() => far(this.fc5, v))");
    const far = "function far(layer: nn.Linear, v: Tensor) {\n  return layer.forward(v).abs();\n}\n";
    const { checks } = await check(inside + far);
    assert.equal(verdicts(checks)["net.fc5.weight"], "intended");
    const bare = await check((inside + far).replaceAll(comment, "//"));
    assert.match(
      messageOf(bare.checks, "net.fc5.weight"),
      /ran without gradients, under noGrad\(\) in line 47/,
    );
  });

  it("may be numbers that item() read, where these are meant and no others are", async () => {
    const model = (first: string, second: string) => `import { parameter, sum } from "gradlens";
const w = parameter([0.5, -1]);
export function loss() {
  const scale = w.sum().item();${first}
  const shift = w.mul(w).sum().item();${second}
  return sum(w.mul(w).mul(scale)).add(sum(w.mul(shift)));
}
`;
    const path = fixture("intent/item.ts");
    const verdictOf = async (...comments: [string, string]) =>
      (await check(model(...comments), path)).checks.map(({ verdict }) => verdict);
    assert.deepEqual(await verdictOf("", ""), ["cut"]);
    assert.deepEqual(await verdictOf(` ${comment}`, ""), ["cut"]);
    assert.deepEqual(await verdictOf("", ` ${comment}`), ["cut"]);
    assert.deepEqual(await verdictOf(` ${comment}`, ` ${comment}`), ["intended"]);
  });

  it("tell of a comment that allows nothing", async () => {
    const { findings } = await check(text.replace("const net = ", `${comment}\nconst net = `));
    assert.deepEqual(
      findings.map(({ rule, site }) => [rule, site?.line]),
      [["unused-intent", text.split("\n").findIndex((line) => line.startsWith("const net")) + 1]],
    );
  });

  it("are told of in a terminal, and findings of the run are not", async () => {
    const rulesIn = async (command: string) => {
      const { out } = await gradlens(command, fixture("intent/unused.ts"));
      return Array.from(out.matchAll(/^\w+\[([a-z]+-[a-z-]+)\]/gm), ([, rule]) => rule);
    };
    assert.deepEqual(await rulesIn("check"), ["unused-intent"]);
    assert.deepEqual(await rulesIn("trace"), ["vanishing-gradient"]);
  });
});

describe("what was not checked", () => {
  it("has a row that says why, beside the others, and the exit code says so", async () => {
    const { code, out } = await gradlens("check", fixture("intent/not-checked.ts"), "--json");
    const checks = JSON.parse(out) as Check[];
    const rows = checks.map(({ target, parameter, verdict, site }) => [
      [target, parameter].filter((part) => part !== "").join("."),
      verdict,
      site?.line,
    ]);
    assert.deepEqual(rows, [
      ["w", "ok", 5],
      ["scale.a", "ok", 9],
      ["scale.b", "ok", 9],
      ["never", "not-checked", 17],
      ["picky", "not-checked", 25],
    ]);
    assert.match(checks[3]?.message ?? "", /nothing called never/);
    assert.match(checks[4]?.message ?? "", /it threw "only for 2" in line 25/);
    assert.equal(code, 1);
    assert.deepEqual(checks.map(isFine), [true, true, true, false, false]);
  });

  it("is no reason for an exit code where nothing else is", async () => {
    const { code, out } = await gradlens("check", fixture("intent/not-checked.ts"), "--target", "scale");
    assert.equal(code, 0, out);
  });
});
