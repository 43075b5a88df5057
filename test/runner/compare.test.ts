// Two runs beside each other: after edits as people make them, with other seeds, types and sizes; as table and as JSON.
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "mocha";
import { compareReports } from "../../engine/report/compare";
import type { TraceParams } from "../../engine/report/questions";
import type { Report } from "../../engine/report/report";
import { gradlens } from "./command";
import { fixture, openEngine, paramsFor, reportOf, root } from "./engine";

const example = (name: string) => join(root, "media/examples", name);
const textOf = (path: string) => readFileSync(path, "utf8");
const sigmoid = textOf(example("deep-sigmoid.ts"));
const relu = sigmoid.replaceAll("sigmoid(", "relu(").replace("sigmoid, type", "relu, type");

describe("two runs", () => {
  const { engine } = openEngine();
  after(() => engine.dispose());

  const file = example("in-memory.ts");
  const run = async (text: string, params: Partial<TraceParams> = {}) =>
    reportOf(await engine.trace(paramsFor(file, { overlays: { [file]: text }, ...params })));

  async function compareTexts(before: string, after: string, params: Partial<TraceParams> = {}) {
    const [a, b] = [await run(before), await run(after, params)];
    const compared = compareReports(a, b);
    const named = (report: Report, ids: readonly number[]) => ids.map((id) => said(report, id));
    const replaced = compared.pairs
      .filter(({ changes }) => changes.includes("op"))
      .map((pair) => `${said(a, pair.a)} → ${said(b, pair.b)}`);
    return { ...compared, gone: named(a, compared.onlyA), added: named(b, compared.onlyB), replaced, b };
  }

  function said({ nodes, scopes }: Report, id: number): string {
    const node = nodes[id];
    const layer = scopes[node?.scope ?? 0]?.path ?? "";
    return [node?.op, node?.name ?? layer].filter((part) => part !== "").join(" ");
  }

  const mlp = `import { crossEntropy, data, manualSeed, nn, relu, type Tensor } from "gradlens";
manualSeed(0);
const { images, labels } = data.digits({ count: 64 });
class Net extends nn.Module {
  fc1 = new nn.Linear(64, 32);
  fc2 = new nn.Linear(32, 10);
  forward(x: Tensor) {
    const h = relu(this.fc1.forward(x));
    return this.fc2.forward(h);
  }
}
const net = new Net();
export const loss = () => crossEntropy(net.forward(images), labels);
`;
  const edit = (from: string | RegExp, to: string) => {
    const text = mlp.replace(from, to);
    assert.notEqual(text, mlp);
    return text;
  };

  it("relu instead of sigmoid: twelve operations replaced, no layer gone, larger gradients", async () => {
    const { gone, added, replaced, parameters, layers, findings } = await compareTexts(sigmoid, relu);
    assert.deepEqual([gone, added], [[], []]);
    assert.deepEqual(replaced, Array(12).fill("sigmoid h → relu h"));
    assert.equal(parameters.length, 26);
    assert.ok(parameters.every(({ a, b }) => a === b));
    assert.ok(layers.every(({ a, b }) => a === b));
    const first = parameters.find(({ b }) => b === "net.input.weight");
    assert.equal(first?.gradient.change, "larger");
    assert.ok((first?.gradient.ratio ?? 0) > 1e4);
    assert.ok(findings.new.some(({ rule }) => rule === "dead-units"));
  });

  it("the same text with lines moved and comments: nothing differs", async () => {
    const { isIdentical } = await compareTexts(mlp, `// A comment.\n\n${edit("relu(", "\n  relu(")}`);
    assert.ok(isIdentical);
  });

  it("an operation that was inserted is added, and its neighbours are the same", async () => {
    const after = edit("return this", "const d = mul(h, 2);\n    return this")
      .replace("forward(h)", "forward(d)")
      .replace("nn,", "nn, mul,");
    const { gone, added, replaced, parameters } = await compareTexts(mlp, after);
    assert.deepEqual([gone, added.sort(), replaced], [[], ["constant", "mul d"], []]);
    assert.ok(parameters.every(({ a, b }) => a === b));
  });

  it("an operation that was deleted is gone, and its neighbours are the same", async () => {
    const { gone, added, replaced } = await compareTexts(
      mlp,
      edit("relu(this.fc1.forward(x))", "this.fc1.forward(x)"),
    );
    assert.deepEqual([gone, added, replaced], [["relu h"], [], []]);
  });

  it("a layer that was inserted is added; what comes after it is the same by its name", async () => {
    const after = edit("fc2 = ", "middle = new nn.Linear(32, 32);\n  fc2 = ").replace(
      "(h);",
      "(this.middle.forward(h));",
    );
    const { gone, added, layers } = await compareTexts(mlp, after);
    assert.deepEqual(gone, []);
    assert.deepEqual(added, [
      "parameter net.middle.weight",
      "parameter net.middle.bias",
      "linear net.middle",
    ]);
    assert.deepEqual(
      layers.filter(({ a }) => a === null).map(({ b }) => b),
      ["net.middle"],
    );
  });

  it("a layer inserted into a list moves the numbers behind it, not the layers", async () => {
    const list = (...layers: string[]) =>
      `import { crossEntropy, data, manualSeed, nn } from "gradlens";
      manualSeed(0);
      const { images, labels } = data.digits({ count: 16 });
      const net = new nn.Sequential(${layers.join()});
      export const loss = () => crossEntropy(net.forward(images), labels);`;
    const [one, two] = ["new nn.Linear(64, 32)", "new nn.Linear(32, 10)"];
    const { gone, added, parameters } = await compareTexts(
      list(one, "new nn.Tanh()", two),
      list(one, "new nn.LayerNorm(32)", "new nn.Tanh()", two),
    );
    assert.deepEqual(gone, []);
    assert.deepEqual(added, ["parameter net.1.weight", "parameter net.1.bias", "layerNorm net.1"]);
    assert.ok(parameters.some(({ a, b }) => a === "net.2.weight" && b === "net.3.weight"));
  });

  it("renamed variables, layers and weights are the same", async () => {
    const after = edit(/fc1/g, "first")
      .replace(/\bh\b/g, "hidden")
      .replace(/\bnet\b/g, "model");
    const { gone, added, replaced, parameters } = await compareTexts(mlp, after);
    assert.deepEqual([gone, added, replaced], [[], [], []]);
    assert.deepEqual(parameters.map(({ a, b }) => `${a} → ${b}`).sort(), [
      "net.fc1.bias → model.first.bias",
      "net.fc1.weight → model.first.weight",
      "net.fc2.bias → model.fc2.bias",
      "net.fc2.weight → model.fc2.weight",
    ]);
    const plain = (name: string) =>
      `import { parameter, mul, sum } from "gradlens"; const ${name} = parameter([1, 2]); export const loss = () => sum(mul(${name}, 3));`;
    const weights = await compareTexts(plain("w"), plain("weights"));
    assert.deepEqual([weights.gone, weights.added], [[], []]);
  });

  it("another batch size and another type: the same nodes, of other shapes and types", async () => {
    const smaller = await compareTexts(mlp, edit("count: 64", "count: 8"));
    assert.deepEqual([smaller.gone, smaller.added, smaller.replaced], [[], [], []]);
    assert.ok(smaller.pairs.some(({ changes }) => changes.includes("shape")));
    const double = await compareTexts(mlp, mlp, { dtype: "float64" });
    assert.deepEqual([double.gone, double.added, double.replaced], [[], [], []]);
    assert.ok(!double.isIdentical && double.pairs.some(({ changes }) => changes.includes("dtype")));
    assert.ok(double.pairs.every(({ a, b }) => a === b));
  });

  it("another seed: the same nodes with other numbers", async () => {
    const free = edit("manualSeed(0);\n", "").replace("manualSeed, ", "");
    const { pairs, isIdentical, gone, added } = await compareTexts(free, free, { seed: 1 });
    assert.ok(!isIdentical && pairs.every(({ a, b }) => a === b));
    assert.deepEqual([gone, added], [[], []]);
  });

  it("a loop with more turns: the turns that were go together, the others are added", async () => {
    const loop = textOf(example("loop.ts"));
    const { gone, added, pairs, b } = await compareTexts(loop, loop.replace("(37)", "(100)"));
    assert.deepEqual(gone, []);
    assert.deepEqual(
      added.filter((each) => !each.startsWith("constant")),
      ["div x", "abs", "div x", "abs"],
    );
    assert.ok(pairs.every((pair) => pair.a === pair.b));
    assert.ok(b.nodes.length > pairs.length);
  });

  it("another operation in each turn of a loop, and more turns", async () => {
    const loop = (step: string, turns: number) =>
      `import { manualSeed, matmul, mean, parameter, randn, relu, tanh } from "gradlens";
      manualSeed(0);
      const w = parameter(randn(4, 4)), x = randn(2, 4);
      export function loss() {
        let h = x;
        for (let t = 0; t < ${turns}; t++) {
          const z = matmul(h, w);
          h = ${step};
        }
        return mean(h);
      }`;
    const { gone, added, replaced } = await compareTexts(loop("tanh(z)", 5), loop("relu(z)", 6));
    assert.deepEqual(gone, []);
    assert.deepEqual(replaced, Array(5).fill("tanh h → relu h"));
    assert.deepEqual(added, ["matmul z", "relu h"]);
  });
});

describe("gradlens compare", () => {
  const folder = mkdtempSync(join(tmpdir(), "gradlens-compare-"));
  after(() => rmSync(folder, { recursive: true }));
  const file = (name: string, text: string) => {
    const path = join(folder, name);
    writeFileSync(path, text);
    return path;
  };

  it("shows two files side by side, what differs most first, and how much is left out", async () => {
    const { code, out, err } = await gradlens(
      "compare",
      "media/examples/deep-sigmoid.ts",
      file("relu.ts", relu),
    );
    assert.deepEqual([code, err], [0, ""]);
    assert.match(out, /^A {2}media\/examples\/deep-sigmoid\.ts +loss 2\.338 +26 operations +float32$/m);
    assert.match(
      out,
      /^They differ: the gradients of 2\d of 26 weights by more than 2 × · 12 operations replaced$/m,
    );
    assert.match(out, /^weight +shape +‖gradient‖ A +B +B \/ A\nnet\.input\.bias /m);
    assert.match(out, /^sigmoid → relu +h +19 +19 /m);
    assert.match(out, /^… 6 more, --all shows them$/m);
    assert.match(out, /^new {3}warning\[dead-units\]/m);
    const all = await gradlens("compare", "media/examples/deep-sigmoid.ts", join(folder, "relu.ts"), "--all");
    assert.doesNotMatch(all.out, /more, --all/);
    assert.equal(all.out.match(/^net\.hidden/gm)?.length, 22);
  });

  it("gives JSON that names nodes, and numbers that are none as strings", async () => {
    const { code, out } = await gradlens(
      "compare",
      "media/examples/loop.ts",
      file("loop.ts", textOf(example("loop.ts")).replace("(37)", "(100)")),
      "--json",
      "--factor",
      "3",
    );
    assert.equal(code, 0);
    const json = JSON.parse(out);
    assert.equal(json.factor, 3);
    assert.deepEqual([json.a.loss, json.b.loss], [4.625, 3.125]);
    assert.equal(json.parameters[0].gradient.text, "÷ 4");
    const added = json.nodes.filter(({ a }: { a: unknown }) => a === null);
    assert.deepEqual(
      added.map(({ b }: { b: { op: string } }) => b.op).filter((op: string) => op !== "constant"),
      ["div", "abs", "div", "abs"],
    );
  });

  it("runs one file twice; a model that seeds itself is said to", async () => {
    const types = await gradlens("compare", "media/examples/digits-mlp.ts", "--dtype", "float32,float64");
    assert.match(
      types.out,
      /^They differ: no gradient of a weight by more than 2 × · 8 tensors of another type$/m,
    );
    assert.match(types.out, /within \de-8$/m);
    const seeds = await gradlens("compare", "media/examples/digits-mlp.ts", "--seed", "0,1");
    assert.match(seeds.out, /calls manualSeed\(\) itself \(media\/examples\/digits-mlp\.ts:\d+\)/);
    assert.match(seeds.out, /^The same: /m);
    const text =
      'import { mean, parameter, randn } from "gradlens";\nconst w = parameter(randn(3));\nexport const loss = () => mean(w);\n';
    const free = await gradlens("compare", file("free.ts", text), "--seed", "0,1");
    assert.match(free.out, /seed 0\n.*seed 1\n/);
    assert.match(free.out, /^They differ: /m);
    const one = (seed: string) => gradlens("trace", join(folder, "free.ts"), "--json", "--seed", seed);
    const losses = [await one("0"), await one("1")].map(({ out }) => JSON.parse(out).loss.value);
    assert.notEqual(losses[0], losses[1]);
  });

  it("reads saved traces beside files, and says what is wrong with one", async () => {
    const saved = join(folder, "saved.gradlens");
    assert.equal((await gradlens("trace", "media/examples/loop.ts", "--save", saved)).code, 0);
    const same = await gradlens("compare", saved, "media/examples/loop.ts");
    assert.match(same.out, /^The same: /m);
    const longer = file("longer.ts", textOf(example("loop.ts")).replace("(37)", "(100)"));
    const other = await gradlens("compare", saved, longer);
    assert.match(other.out, /^div +x +13 +0\.5 +new: only in B$/m);
    const cut = await gradlens("compare", saved, file("cut.gradlens", "GRADLENS"));
    assert.equal(cut.code, 2);
    assert.match(cut.err, /^error: B \(.*cut\.gradlens\) failed: /);
  });

  it("says which of the two failed", async () => {
    const broken = fixture("hostile/error-in-helper.ts");
    const { code, err, out } = await gradlens("compare", "media/examples/loop.ts", broken);
    assert.deepEqual([code, out], [2, ""]);
    assert.match(
      err,
      /^error: B \(test\/fixtures\/hostile\/error-in-helper\.ts\) failed: a tensor has no "y"/,
    );
    const json = await gradlens("compare", broken, "media/examples/loop.ts", "--json");
    assert.equal(json.code, 2);
    assert.match(JSON.parse(json.out).failure.message, /^A \(.*\) failed: /);
  });

  for (const [args, message] of [
    [[], /needs two files/],
    [["media/examples/loop.ts"], /needs a second file, or what differs/],
    [["media/examples/loop.ts", "nope.ts"], /there is no file nope\.ts/],
    [["a.ts", "b.ts", "c.ts"], /two files at a time; found also c\.ts/],
    [["a.ts", "b.ts", "--target", "x"], /--target does not go with compare/],
    [["media/examples/loop.ts", "--seed", "0,1,2"], /expected one for each run/],
    [["media/examples/loop.ts", "--seed", "0,x"], /--seed is "x"; expected a whole number/],
    [["media/examples/loop.ts", "--dtype", "float32,float16"], /--dtype is "float16"/],
    [["media/examples/loop.ts", "--seed", "0,1", "--factor", "0.5"], /1 or more/],
  ] as const) {
    it(`refuses ${args.join(" ") || "no files"}`, async () => {
      const { code, err } = await gradlens("compare", ...args);
      assert.equal(code, 2);
      assert.match(err, message);
    });
  }

  it("--factor and --all are refused elsewhere", async () => {
    const { code, err } = await gradlens("trace", "media/examples/loop.ts", "--all");
    assert.equal(code, 2);
    assert.match(err, /--all is for compare/);
  });
});
