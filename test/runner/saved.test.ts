// Saved traces on the command line: what was saved is what is read, and what cannot be read says so in one message.
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "mocha";
import { readSaved } from "../../engine/cli/saved-file";
import { RandomGenerator } from "../../engine/core/random";
import type { Check, Failure } from "../../engine/report/report";
import { openSaved } from "../../engine/report/saved-trace";
import { damage } from "../engine/damage";
import { gradlens } from "./command";
import { fixture, root } from "./engine";

const example = (name: string) => join(root, "media/examples", name);

const strangeModel = `import { log, parameter, sum } from "gradlens";
const w = parameter([0, -0, -1, Infinity]);
export const loss = () => sum(log(w));`;

describe("saved traces", () => {
  const folder = mkdtempSync(join(tmpdir(), "gradlens-saved-"));
  const inFolder = (name: string) => join(folder, name);
  const digits = inFolder("digits.gradlens");
  let direct = "";
  before(async () => {
    const { out, err, code } = await gradlens(
      ...["trace", example("digits-mlp.ts"), "--json", "--save", digits],
    );
    assert.equal(code, 0);
    assert.match(err, /^Saved .*digits\.gradlens: [\d,]+ KiB, with all \d+ values and gradients\n$/);
    direct = out;
  });
  after(() => rmSync(folder, { recursive: true }));

  const failureIn = (out: string) => (JSON.parse(out) as { failure: Failure }).failure.message;

  it("give the very report of the run, numbers and histograms included", async () => {
    const saved = await gradlens("trace", digits, "--json");
    assert.equal(saved.code, 0);
    assert.equal(saved.out, direct);
    assert.match(saved.err, /^Trace saved on 20\d\d-\d\d-\d\d at \d\d:\d\d:\d\d UTC; nothing runs now\n$/);
    const strange = inFolder("strange.gradlens");
    const model = inFolder("strange.ts");
    writeFileSync(model, strangeModel);
    const ran = await gradlens(...["trace", model, "--json", "--save", strange]);
    assert.equal((await gradlens("trace", strange, "--json")).out, ran.out);
    assert.match(ran.out, /"NaN"/);
  });

  it("need no engine, and print the same table", async () => {
    const alone = inFolder("alone/dist");
    mkdirSync(alone, { recursive: true });
    copyFileSync(join(root, "dist/cli.js"), join(alone, "cli.js"));
    const run = (...args: string[]) =>
      spawnSync(process.execPath, [join(alone, "cli.js"), ...args], { encoding: "utf8", cwd: root });
    const { stdout, status } = run("trace", digits);
    const [, ...table] = stdout.split("\n");
    assert.equal(status, 0);
    assert.match(table.join("\n"), /^media\/examples\/digits-mlp\.ts {2}loss .*\n\nlayer +type/);
    assert.match(run("compare", digits, digits).stdout, /\nThe same: /);
    assert.equal(run("trace", example("digits-mlp.ts")).status, 2);
  });

  it("say what --fail-on says of a run", async () => {
    const deep = inFolder("deep.gradlens");
    const ran = await gradlens(
      ...["trace", example("deep-sigmoid.ts"), "--fail-on", "warning", "--save", deep],
    );
    const saved = await gradlens("trace", deep, "--fail-on", "warning");
    assert.deepEqual([ran.code, saved.code], [1, 1]);
    const findings = (out: string) =>
      /^warning\[vanishing-gradient\][\s\S]*connection around/m.exec(out)?.[0];
    assert.equal(findings(saved.out), findings(ran.out));
    assert.ok(findings(saved.out));
  });

  it("keep the checks, which are said to be of then, and fail as they failed", async () => {
    const path = inFolder("wrong.gradlens");
    const file = fixture("hand-written/pair.ts");
    const ran = await gradlens("check", file, "--json", "--save", path);
    const checks = JSON.parse(ran.out) as Check[];
    assert.deepEqual([ran.code, checks.some(({ outcome }) => outcome === "fail")], [1, true]);
    const saved = await gradlens("check", path, "--json");
    assert.deepEqual([saved.code, saved.out], [1, ran.out]);
    assert.match(saved.err, /^\d+ checks? saved on .*; nothing runs now\n$/);
    const text = await gradlens("check", path);
    assert.equal(text.code, 1);
    assert.match(text.out, /^\d+ checks? saved on .*\n[\s\S]*✗ gradcheck: /);
    const sarif = inFolder("out.sarif");
    assert.equal((await gradlens("check", path, "--sarif", sarif)).code, 1);
    assert.match(readFileSync(sarif, "utf8"), /wrong-derivative/);
  });

  it("without checks cannot be checked, and are not green", async () => {
    const { out, code } = await gradlens("check", digits, "--json");
    assert.equal(code, 2);
    assert.match(failureIn(out), /digits\.gradlens was saved without checks/);
  });

  it("show no line of a file that is another now", async () => {
    const model = inFolder("model.ts");
    copyFileSync(example("deep-sigmoid.ts"), model);
    const path = inFolder("changed.gradlens");
    await gradlens("trace", model, "--save", path);
    assert.match((await gradlens("trace", path)).out, /\^\^\^/);
    writeFileSync(model, `\n\n${readFileSync(model, "utf8")}`);
    const changed = await gradlens("trace", path);
    assert.match(changed.out, /model\.ts has changed since\n[\s\S]*--> .*model\.ts:\d+:\d+/);
    assert.ok(!changed.out.includes("^^^"));
    rmSync(model);
    assert.match((await gradlens("trace", path)).out, /model\.ts is not there\n/);
  });

  it("leave out what is too large, and say how much", async () => {
    const path = inFolder("small.gradlens");
    const run = await gradlens("trace", example("digits-mlp.ts"), "--save", path, "--values", "0.001");
    const [, without, all] = /without (\d+) of (\d+) values and gradients/.exec(run.out) ?? [];
    assert.ok(Number(without) > 0 && Number(without) < Number(all));
    assert.ok(readFileSync(path).length < readFileSync(digits).length / 2);
    const saved = await gradlens("trace", path);
    assert.match(saved.out, new RegExp(`^${without} values were left out`, "m"));
  });

  it("are compared with models, and with each other", async () => {
    const { out } = await gradlens("compare", digits, example("digits-mlp.ts"));
    assert.match(out, /^A +.*digits\.gradlens .*\nB +media\/examples\/digits-mlp\.ts[\s\S]*\nThe same: /);
    const json = JSON.parse((await gradlens("compare", digits, digits, "--json")).out);
    assert.deepEqual([json.isIdentical, json.a.seed], [true, null]);
    for (const args of [
      ["--seed", "0,1"],
      [digits, "--dtype", "float64"],
    ]) {
      const refused = await gradlens("compare", digits, ...args, "--json");
      assert.deepEqual([refused.code, /is for model files/.test(failureIn(refused.out))], [2, true]);
    }
  });

  it("are written to a file alone, whole or not at all", async () => {
    mkdirSync(inFolder("folder.gradlens"));
    const refusals: [string, RegExp][] = [
      [folder, /expected a name that ends in \.gradlens/],
      [inFolder("folder.gradlens"), /which is a folder/],
      [inFolder("none/x.gradlens"), /there is no folder/],
    ];
    for (const [path, message] of refusals) {
      const { out, code } = await gradlens("trace", example("loop.ts"), "--json", "--save", path);
      assert.deepEqual([code, message.test(failureIn(out))], [2, true], out);
    }
    const refused = await gradlens("trace", digits, "--save", inFolder("copy.gradlens"));
    assert.match(refused.err, /--save is for model files/);
    assert.ok(!existsSync(inFolder("copy.gradlens")));
    assert.deepEqual(
      readdirSync(folder).filter((name) => name.endsWith(".new")),
      [],
    );
  });

  it("that are none, or of another version, or too large, say so in one message", async () => {
    const path = inFolder("none.gradlens");
    const said = async () => {
      const { out, err, code } = await gradlens("trace", path, "--json");
      assert.deepEqual([code, err], [2, ""]);
      return failureIn(out);
    };
    writeFileSync(path, "");
    assert.match(await said(), /none\.gradlens cannot be read\. This is no trace of Gradlens/);
    copyFileSync(example("loop.ts"), path);
    assert.match(await said(), /This is no trace of Gradlens/);
    const later = readFileSync(digits);
    later.writeUInt32LE(3, 8);
    writeFileSync(path, later);
    assert.match(await said(), /has the version 3; this Gradlens reads version 2/);
    truncateSync(path, 2 ** 30 + 1);
    assert.match(await said(), /1073741825 bytes, more than/);
    rmSync(path);
    assert.match(await said(), /there is no file/);
    if (process.platform === "win32") return;
    execFileSync("mkfifo", [path]);
    assert.match(await said(), /is a pipe/);
  });

  it("that are damaged end in one message, in whatever place", async () => {
    const whole = readFileSync(digits);
    const path = inFolder("damaged.gradlens");
    let failed = 0;
    for (let seed = 0; seed < 200; seed++) {
      const spoilt = damage(Buffer.from(whole), new RandomGenerator(seed));
      if (whole.equals(spoilt)) continue;
      writeFileSync(path, spoilt);
      const read = await readSaved(path);
      assert.ok("failure" in read, `seed ${seed}`);
      assert.match(read.failure.message, /damaged\.gradlens cannot be read\. This [^\n]{5,200}\.$/);
      failed += 1;
    }
    assert.ok(failed > 150);
    assert.equal(openSaved(whole).leftOut, 0);
  });
});
