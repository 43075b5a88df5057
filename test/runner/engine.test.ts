// The engine process and its client: runs, later questions, unsaved text, limits, cancelling.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "mocha";
import { Engine } from "../../engine/runner/client";
import { failureOf, fixture, limits, openEngine, paramsFor, reportOf, root, script } from "./engine";

const header = `import { mul, parameter, sum } from "gradlens";\n`;

describe("engine process", () => {
  const { engine, printed } = openEngine();
  let folder = "";
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "gradlens modèle "));
  });
  after(() => {
    engine.dispose();
    rmSync(folder, { recursive: true, force: true });
  });
  const write = (name: string, text: string) => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  const run = async (file: string, asked: Engine = engine) => reportOf(await asked.trace(paramsFor(file)));

  it("answers questions about the last run, several in a row", async () => {
    const report = await run(
      write("a.ts", `${header}const x = parameter([1, 2, 3]);\nsum(mul(x, x)).backward();\n`),
    );
    const x = report.parameters[0];
    assert.ok(x);
    const ask = { node: x.node, start: 1, count: 2 };
    const value = await engine.ask("values", { ...ask, of: "value" });
    assert.deepEqual("values" in value && [...value.values], [2, 3]);
    const grad = await engine.ask("values", { ...ask, of: "grad" });
    assert.deepEqual("shape" in grad && grad.shape, [3]);
    const none = await engine.ask("values", { ...ask, node: 999, of: "value" });
    assert.equal("failure" in none && none.failure.message, "The last run has no tensor 999");
    const checked = await engine.check({ target: { kind: "all" } });
    assert.deepEqual("checks" in checked && checked.checks.map(({ verdict }) => verdict), ["ok"]);
    const missing = await engine.check({ target: { kind: "path", path: "net.fc7" } });
    assert.equal("failure" in missing && missing.failure.kind, "model");
  });

  it("prefers unsaved text to what is on the disk, also in imported files", async () => {
    const helper = write("helper.ts", "export const start = 2;\n");
    const file = write(
      "b.ts",
      `${header}import { start } from "./helper";\nexport const loss = () => mul(parameter(start), 1);`,
    );
    const overlays = { [helper]: "export const start = 7;\n", [join(folder, "new.ts")]: "" };
    assert.equal((await run(file)).loss?.value, 2);
    assert.equal(reportOf(await engine.trace(paramsFor(file, { overlays }))).loss?.value, 7);
    assert.equal((await run(file)).loss?.value, 2);
  });

  it("runs each file anew", async () => {
    const counter = `let n = 0;\nexport const count = () => ++n;\n`;
    write("counter.js", counter);
    const file = write(
      "c.ts",
      `${header}import { count } from "./counter";\nexport const loss = () => mul(parameter(count()), 1);`,
    );
    for (const _ of [1, 2]) assert.equal((await run(file)).loss?.value, 1);
    const globals = write(
      "globals.ts",
      `${header}globalThis.runs = (globalThis.runs ?? 1) + 1;\nexport const loss = () => mul(parameter(globalThis.runs), 1);`,
    );
    for (const _ of [1, 2]) assert.equal((await run(globals)).loss?.value, 2);
  });

  it("gives models the globals that Node has without the flags of the process", async () => {
    const file = write(
      "gc.ts",
      `${header}export const loss = () => mul(parameter(typeof gc === "undefined" ? 1 : 2), 1);`,
    );
    assert.equal((await run(file)).loss?.value, 1);
  });

  it("shows what ran before an exception", async () => {
    const file = write(
      "d.ts",
      `${header}export function loss() {\n  const y = mul(parameter(2), 3);\n  throw new Error("half way");\n}`,
    );
    const report = await run(file);
    assert.equal(report.failure?.message, "half way");
    assert.deepEqual([report.failure?.site?.line, report.failure?.site?.column], [4, 3]);
    assert.deepEqual(
      report.nodes.map(({ op }) => op),
      ["parameter", "constant", "mul"],
    );
    assert.equal(report.loss, null);
  });

  it("asks for no loss where derivatives are written by hand", async () => {
    const layer =
      "export class Scale {\n  forward(x) {\n    return x;\n  }\n  backward(grad) {\n    return grad;\n  }\n}\n";
    const report = await run(write("hand.js", layer));
    assert.deepEqual([report.failure, report.loss], [null, null]);
  });

  it("knows what a misspelt name most likely means", async () => {
    const wrong: [string, string][] = [
      ["parameter(2).matmull(3)", "did you mean matmul?"],
      ["new nn.Linar(2, 3)", "did you mean Linear?"],
      ["relu(parameter(2))", 'write import { relu } from "gradlens"'],
      ["((net) => net(1))(new nn.ReLU())", "a layer is called by its forward: net.forward(…)"],
      [
        "parameter(2) * parameter(3)",
        "write mul(x, y) or lt(x, y), or x.item() for the number in a tensor with one element",
      ],
    ];
    for (const [text, hint] of wrong) {
      const file = write(
        "g.ts",
        `import { nn, parameter } from "gradlens";\nexport const loss = () => ${text};`,
      );
      assert.equal(failureOf(await engine.trace(paramsFor(file)))?.hint, hint);
    }
  });

  it("shows what ran before a loop without an end", async () => {
    const timeoutMs = 1000;
    const file = fixture("hostile/infinite-loop.ts");
    const report = reportOf(await engine.trace(paramsFor(file, { limits: { ...limits, timeoutMs } })));
    assert.equal(report.failure?.kind, "timeout");
    assert.equal(report.failure.site?.line, 9);
    assert.ok(report.nodes.some(({ op }) => op === "mul"));
  });

  it("cancels a run, and the next one works", async () => {
    const controller = new AbortController();
    const running = engine.trace(paramsFor(fixture("hostile/infinite-loop.ts")), {
      signal: controller.signal,
    });
    setTimeout(() => controller.abort(), 300);
    assert.equal(failureOf(await running)?.kind, "cancelled");
    assert.equal((await run(fixture("hostile/fine.ts"))).failure, null);
    assert.equal(
      failureOf(await engine.trace(paramsFor(folder), { signal: controller.signal }))?.kind,
      "cancelled",
    );
  });

  it("keeps the process from run to run until a run leaves something in it", async () => {
    const fine = fixture("hostile/fine.ts");
    const pid = write(
      "pid.ts",
      `${header}console.log(process.pid);\nexport const loss = () => mul(parameter(2), 1);`,
    );
    const pidOf = async () => {
      printed.length = 0;
      await run(pid);
      return printed.join("");
    };
    const first = await pidOf();
    await run(fine);
    assert.equal(await pidOf(), first);
    await engine.trace(paramsFor(fixture("hostile/server-left.ts")));
    assert.notEqual(await pidOf(), first);
  });

  it("passes on what a model prints, and bounds it", async () => {
    printed.length = 0;
    const file = write(
      "e.ts",
      `${header}for (let i = 0; i < 1e5; i++) console.log("0123456789");\nexport const loss = () => mul(parameter(2), 1);`,
    );
    await run(file);
    const text = printed.join("");
    assert.ok(text.startsWith("0123456789\n0123456789\n"));
    assert.match(text, /more than 200000 characters; the rest is left out\n$/);
    assert.ok(text.length < 201_000);
  });

  it("gives the model nothing of the environment but what it needs", async () => {
    process.env.SECRET_TOKEN = "hidden";
    const { engine: other, printed: said } = openEngine();
    try {
      const file = write(
        "f.ts",
        `${header}console.log(String(process.env.SECRET_TOKEN), process.env.PATH !== undefined);\nexport const loss = () => mul(parameter(2), 1);`,
      );
      await run(file, other);
      assert.equal(said.join(""), "undefined true\n");
    } finally {
      other.dispose();
      delete process.env.SECRET_TOKEN;
    }
  });

  it("says which Node could not be started", async () => {
    for (const nodePath of ["/nowhere/node", "/bin/true"]) {
      const other = new Engine({ script, folder: root, nodePath });
      const failure = failureOf(await other.trace(paramsFor(fixture("hostile/fine.ts"))));
      assert.equal(failure?.kind, "crash");
      assert.ok(failure.message.startsWith(`The engine process could not be started with ${nodePath}: `));
      other.dispose();
    }
  });

  it("says that it has no run to ask about", async () => {
    const { engine: fresh } = openEngine();
    const result = await fresh.check({ target: { kind: "all" } });
    assert.equal("failure" in result && result.failure.message, "There is no run to ask about");
    const values = await fresh.ask("values", { node: 0, of: "value", start: 0, count: 1 });
    assert.match("failure" in values ? values.failure.message : "", /no run/);
  });
});
