// The command line on the examples: tables, JSON, exit codes, messages.
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "mocha";
import type { Check, Failure, Histogram, Report, ReportNode, Stats } from "../../engine/report/report";
import { gradlens } from "./command";
import { fixture, root } from "./engine";

const example = (name: string) => `media/examples/${name}.ts`;

async function traceJson(name: string): Promise<Report> {
  const { out, code } = await gradlens("trace", example(name), "--json");
  assert.equal(code, 0);
  return JSON.parse(out) as Report;
}

function named(report: Report, name: string): ReportNode {
  const node = report.nodes.find((each) => each.name === name);
  assert.ok(node, name);
  return node;
}

/** The message of the one JSON document on the standard output. */
function failureIn(out: string): string {
  return (JSON.parse(out) as { failure: Failure }).failure.message;
}

describe("command line", () => {
  it("traces sum-times: values, gradients, roles and exact sites", async () => {
    const report = await traceJson("sum-times");
    const gradient = (name: string) => named(report, name).grad?.item;
    const value = (name: string) => named(report, name).value.item;
    // A product switches: ∂f/∂q = z, ∂f/∂z = q. A sum distributes the gradient of q.
    assert.deepEqual([gradient("x"), gradient("y"), gradient("z")], [value("z"), value("z"), value("q")]);
    assert.deepEqual([gradient("x"), gradient("y"), gradient("z")], [-4, -4, 3]);
    assert.deepEqual([named(report, "q").role, named(report, "f").role], ["distributes", "switches"]);
    const site = (name: string) => ({ ...named(report, name).site, file: "" });
    assert.deepEqual(site("q"), { file: "", line: 13, column: 13, endLine: 13, endColumn: 22 });
    assert.deepEqual(site("f"), { file: "", line: 14, column: 13, endLine: 14, endColumn: 22 });
    assert.equal(named(report, "q").site?.file, join(root, example("sum-times")));
  });

  it("writes the histogram of every value and gradient as JSON", async () => {
    const { nodes } = await traceJson("digits-mlp");
    for (const node of nodes)
      for (const stats of [node.value, node.grad]) {
        if (!stats) continue;
        const { counts } = (stats as Stats & { readonly histogram: Histogram }).histogram;
        assert.equal(
          counts.reduce((sum, n) => sum + n, 0),
          stats.size - stats.nonFinite,
          node.op,
        );
      }
  });

  it("traces digits-mlp: a table with every layer's gradient norm", async () => {
    const { out, err, code } = await gradlens("trace", example("digits-mlp"));
    assert.deepEqual([code, err], [0, ""]);
    for (const layer of ["net.fc1", "net.fc2"]) {
      const norm = new RegExp(`^${layer} +Linear +[\\d,]+ +([\\d.e+-]+)  █+$`, "m").exec(out)?.[1];
      assert.ok(Number(norm) > 0, out);
    }
    assert.ok(!out.includes("\u001b"), "no colours in a pipe");
  });

  it("prints what a program prints once, however often a check computes its loss", async () => {
    const file = fixture("programs/names-of-weights.js");
    const traced = await gradlens("trace", file);
    const checked = await gradlens("check", file);
    const printed = traced.out.slice(0, traced.out.indexOf("\n") + 1);
    assert.match(printed, /^[\d.]+\n$/);
    assert.deepEqual([checked.out.split(printed).length, checked.out.indexOf(printed)], [2, 0]);
  });

  it("says so where the folder it stands in was removed", async () => {
    const folder = mkdtempSync(join(tmpdir(), "gradlens-"));
    const cli = join(root, "dist/cli.js");
    const script = `rmdir "${folder}"; "${process.execPath}" "${cli}" trace model.ts --json`;
    const said = spawnSync("sh", ["-c", script], { cwd: folder, encoding: "utf8" });
    assert.deepEqual([said.status, said.stderr], [2, ""]);
    assert.equal(JSON.parse(said.stdout).failure.message, "the current folder was removed");
  });

  it("hands on to a pipe what a program prints, to the last byte", async () => {
    const text = "\u001b[31mred\u001b[0m\r\n\u0000\u0007";
    const { out } = await gradlens("trace", fixture("printed/escapes.ts"));
    assert.equal(out.slice(0, text.length), text);
  });

  it("names the file of a line that is not the model's own, and checks one of two weights of one name", async () => {
    const { out } = await gradlens("trace", fixture("programs/two-makers.ts"));
    assert.match(out, /^ +\d+ +loss /m);
    assert.match(out, /^parts\/makers\.ts:5 +y /m);
    const targets = async (name: string) => {
      const checked = await gradlens("check", fixture("programs/two-makers.ts"), "--target", name, "--json");
      return (JSON.parse(checked.out) as Check[]).map(({ parameter }) => parameter);
    };
    assert.deepEqual([await targets("w"), await targets("w#2")], [["w"], ["w#2"]]);
  });

  it("checks digits-mlp: all 2,410 parameters are right", async () => {
    const { out, code } = await gradlens("check", example("digits-mlp"), "--json");
    const checks = JSON.parse(out) as Check[];
    assert.equal(code, 0);
    assert.deepEqual(new Set(checks.map(({ verdict }) => verdict)), new Set(["ok"]));
    assert.equal(
      checks.reduce((sum, { checked }) => sum + checked, 0),
      2410,
    );
    assert.ok(Math.max(...checks.map(({ worst }) => worst?.relError ?? 0)) < 1e-6);
  });

  it("checks one layer, by name and by line", async () => {
    const byName = await gradlens("check", example("digits-mlp"), "--target", "net.fc2");
    assert.match(byName.out, /✓ gradcheck: 2 ok · 330 elements/);
    const byLine = await gradlens("check", example("digits-mlp"), "--target", "16");
    assert.match(byLine.out, /✓ gradcheck: 2 ok · 330 elements/);
    const wrong = await gradlens("check", example("digits-mlp"), "--target", "net.fc3");
    assert.equal(wrong.code, 2);
    assert.match(wrong.err, /^error: .*net\.fc3/);
  });

  it("takes the options of a check", async () => {
    const check = (...args: string[]) =>
      gradlens("check", example("digits-mlp"), "--target", "net.fc2.bias", "--json", ...args);
    const rows = (out: string) =>
      (JSON.parse(out) as { parameter: string; method: string }[]).map((row) => [row.parameter, row.method]);
    assert.deepEqual(rows((await check("--limit", "3", "--seed", "7")).out), [["bias", "random-directions"]]);
    assert.deepEqual(rows((await check("--second-order", "--method", "five-point", "--rtol", "1e-5")).out), [
      ["bias", "every-element"],
      ["bias (second order)", "every-element"],
    ]);
    const wrong = await check("--method", "backward");
    assert.deepEqual([wrong.code, /central or forward/.test(failureIn(wrong.out))], [2, true]);
    assert.match(failureIn((await check("--atol=-1")).out), /--atol is "-1"; expected a number, 0 or more/);
  });

  it("traces deep-sigmoid: finds the vanishing gradient, and --fail-on makes it count", async () => {
    const report = await traceJson("deep-sigmoid");
    const finding = report.findings.find(({ rule }) => rule === "vanishing-gradient");
    assert.equal(finding?.site?.file, join(root, example("deep-sigmoid")));
    const norm = (path: string) => report.scopes.find((scope) => scope.path === path)?.gradNorm ?? Number.NaN;
    assert.ok(norm("net.output") / norm("net.input") > 1e4);
    const failing = await gradlens("trace", example("deep-sigmoid"), "--fail-on", "warning");
    assert.equal(failing.code, 1);
    assert.match(failing.out, /^warning\[vanishing-gradient\]: /m);
    assert.equal((await gradlens("trace", example("deep-sigmoid"), "--fail-on", "error")).code, 0);
  });

  it("traces loop: three halvings", async () => {
    const report = await traceJson("loop");
    assert.equal(report.loss?.value, 37 / 2 ** 3);
    assert.equal(report.parameters[0]?.gradNorm, 1 / 2 ** 3);
    const halvings = report.bindings.find(({ name, nodes }) => name === "x" && nodes.length > 1);
    assert.equal(halvings?.nodes.length, 3);
  });

  it("stops a loop without an end and shows its line", async () => {
    const { code, err } = await gradlens("trace", fixture("hostile/infinite-loop.ts"), "--timeout", "2");
    assert.equal(code, 2);
    assert.match(err, /^error: The run took longer than its limit of 2 s$/m);
  });

  it("shows mistakes like a compiler, and as JSON when asked", async () => {
    const file = "test/fixtures/hostile/shapes-do-not-match.ts";
    const { code, err, out } = await gradlens("trace", file);
    assert.equal(code, 2);
    assert.match(
      err,
      /^ +--> test\/fixtures\/hostile\/shapes-do-not-match\.ts:10:13\n +\|\n10 \| .*matmul\(x, w\);\n +\| {13}\^{12}$/m,
    );
    assert.equal(out, "");
    const partly = await gradlens("trace", "test/fixtures/hostile/process-exit.ts");
    assert.match(partly.out, /mul +x · y/, "what was recorded is shown all the same");
    assert.match(partly.err, /process-exit\.ts:7:21$/m);
    const json = JSON.parse((await gradlens("trace", "test/fixtures/hostile/syntax-error.ts", "--json")).out);
    assert.equal(json.failure.kind, "syntax");
    assert.equal((await gradlens("check", file)).code, 2);
  });

  it("refuses wrong arguments with a sentence and exit code 2", async () => {
    const wrong: [string[], RegExp][] = [
      [["trace"], /needs a file/],
      [["trace", "nowhere.ts"], /there is no file nowhere\.ts/],
      [["trace", "media"], /is a folder/],
      [["train", "x.ts"], /there is no command "train"/],
      [["trace", example("loop"), "--dtype", "float16"], /--dtype is "float16"; expected float32 or float64/],
      [["trace", example("loop"), "--timeout", "soon"], /--timeout is "soon"/],
      [["trace", example("loop"), "--colour"], /--colour/],
    ];
    for (const [args, message] of wrong) {
      const { code, err } = await gradlens(...args);
      assert.equal(code, 2);
      assert.match(err, message);
      const json = await gradlens(...args, "--json");
      assert.deepEqual([json.code, json.err], [2, ""], "who asks for JSON gets it for that, too");
      assert.match(failureIn(json.out), message);
    }
  });

  it("says what stands where a model file should be", async function () {
    this.timeout(60_000);
    const folder = mkdtempSync(join(tmpdir(), "gradlens-odd-"));
    const at = (name: string) => join(folder, name);
    mkdirSync(at("folder.ts"));
    symlinkSync("loop.ts", at("loop.ts"));
    execFileSync("mkfifo", [at("pipe.ts")]);
    writeFileSync(at("binary.ts"), Buffer.from([0x7f, 0x45, 0x4c, 0x46, 0, 0, 1]));
    writeFileSync(at("wide.ts"), Buffer.from("\ufeffexport const loss = 1;", "utf16le"));
    writeFileSync(at("large.ts"), "");
    truncateSync(at("large.ts"), 500e6);
    const odd: [string, RegExp][] = [
      [at("folder.ts"), /is a folder; expected a model file/],
      [at("loop.ts"), /is a link that leads back to itself/],
      [at("pipe.ts"), /is a pipe/],
      [at("x".repeat(300)), /a name that is too long/],
      [join(at("binary.ts"), "x.ts"), /a part of its path is no folder/],
      [at("binary.ts"), /binary\.ts is no text: it holds bytes that are 0/],
      [at("wide.ts"), /is written in UTF-16; expected UTF-8/],
      [at("large.ts"), /has 500 MB; expected at most 32 MB of source text/],
      ["/dev/zero", /is a device/],
    ];
    try {
      for (const [file, message] of odd) {
        const { code, err } = await gradlens("trace", file);
        assert.deepEqual([code, err.match(/^error/gm)?.length], [2, 1], err);
        assert.match(err, message);
        const json = await gradlens("trace", file, "--json");
        assert.match(failureIn(json.out), message);
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("tells its version and how to use it", async () => {
    assert.match((await gradlens("--version")).out, /^\d+\.\d+\.\d+\n$/);
    assert.match((await gradlens("--help")).out, /gradlens trace FILE/);
  });
});
