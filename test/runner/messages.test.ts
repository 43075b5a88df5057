// What the terminal says about files as people write them.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "mocha";
import { gradlens } from "./command";

describe("the terminal on files as people write them", () => {
  const folder = mkdtempSync(join(tmpdir(), "gradlens-messages-"));
  after(() => rmSync(folder, { recursive: true }));

  const trace = (name: string, text: string) => {
    const file = join(folder, name);
    writeFileSync(file, text);
    return gradlens("trace", file);
  };

  it("says that a loss is there but not exported", async () => {
    const { code, err } = await trace("hidden.ts", "function loss() {}\n");
    assert.equal(code, 2);
    assert.match(err, /hint: `loss` is there but not exported: write `export` before it/);
    const unnamed = await trace("unnamed.ts", "export default function () {}\n");
    assert.match(unnamed.err, /hint: give the function that it exports a name/);
  });

  it("says what was probably meant by the loss, where it stands", async () => {
    const head = 'import { mul, nn, parameter } from "gradlens";\nconst w = parameter([1, 2]);\n';
    const misnamed = await trace("misnamed.ts", `${head}export const Loss = () => mul(w, 3).sum();\n`);
    assert.match(misnamed.err, /misnamed\.ts:3:14\n[\s\S]*hint: did you mean `Loss`\?/);
    const other = await trace("other.ts", `${head}function f() {}\nexport { f as computeLoss };\n`);
    assert.match(other.err, /other\.ts:4:15\n[\s\S]*hint: did you mean `computeLoss`\?/);
    const made = await trace("class.ts", `${head}export default class Net extends nn.Module {}\n`);
    assert.match(made.err, /class\.ts:3:1\n[\s\S]*hint: it exports a class/);
  });

  it("says what a loss is that is no tensor, and what it is called with", async () => {
    const head = 'import { mul, parameter } from "gradlens";\nconst w = parameter([1, 2]);\n';
    const generator = await trace("generator.ts", `${head}export async function* loss() { yield w; }\n`);
    assert.match(generator.err, /found a generator\n[\s\S]*hint: return the tensor/);
    const batch = await trace(
      "batch.ts",
      `${head}export function loss(step: number, x: any) { return mul(w, x); }\n`,
    );
    assert.match(batch.err, /y is undefined[\s\S]*hint: loss\(\) gets one argument/);
    const two = await trace("two.ts", `${head}export const loss = () => mul(w, 3);\n`);
    assert.match(two.err, /must be a single number; found the shape \[2\]/);
    assert.doesNotMatch(two.out, /loss 3/);
  });

  it("shows the marked part of a very long line", async () => {
    const { err } = await trace(
      "long.ts",
      `export const a = [${"1, ".repeat(500)} b, ${"2, ".repeat(500)}];\n`,
    );
    const [, line = "", marks = ""] = /^1 \| (.*)\n +\| (.*)$/m.exec(err) ?? assert.fail(err);
    assert.ok(line.length < 200 && line.startsWith("…") && line.endsWith("…"), line);
    assert.equal(line[marks.indexOf("^")], "b");
  });

  it("counts what is not finite beside the norm of the rest, and prints tensors as their values", async () => {
    const { out } = await trace(
      "log.ts",
      `import { log, parameter, relu, sum } from "gradlens";
const w = parameter([-1, 0.5, 2]);
console.log(w);
export function loss() {
  const l = log(relu(w));
  return sum(l);
}
`,
    );
    assert.match(out, /^Tensor\(\[3\], float32, \[-1, 0\.5, 2\]\)$/m);
    assert.match(out, /^ +5 +l +log .* ‖0\.9803‖ 1 not finite /m);
  });

  it("checks a model whose class has a constructor at the line that makes it", async () => {
    const file = join(folder, "constructed.ts");
    const text = `import { nn, ones, sum, type Tensor } from "gradlens";
class Net extends nn.Module {
  fc: nn.Linear;
  constructor() {
    super();
    this.fc = new nn.Linear(2, 1);
  }
  forward(x: Tensor) { return this.fc.forward(x); }
}
const net = new Net();
export const loss = () => sum(net.forward(ones([1, 2])));
`;
    writeFileSync(file, text);
    const { out, err } = await gradlens("check", file, "--target", "10");
    assert.match(out, /gradcheck: 2 ok/, err);
  });

  it("says of weights that training made NaN that the steps were too large", async () => {
    const { out } = await trace(
      "diverged.ts",
      `import { nn, ones, optim } from "gradlens";
const net = new nn.Linear(2, 1);
const opt = new optim.SGD(net.parameters(), { lr: 100 });
for (let i = 0; i < 100; i++) {
  const l = net.forward(ones([1, 2])).pow(2).mean();
  opt.zeroGrad();
  l.backward();
  opt.step();
}
`,
    );
    assert.match(out, /error\[non-finite\]: net\.weight holds NaN already before this step/);
    assert.match(out, /fix: Lower the learning rate/);
  });

  it("names the layers of blocks in a list by their path", async () => {
    const { out } = await trace(
      "blocks.ts",
      `import { nn, ones, sum, type Tensor } from "gradlens";
class Block extends nn.Module {
  up = new nn.Linear(2, 2);
  forward(x: Tensor) { return this.up.forward(x); }
}
const net = new nn.Sequential(new Block(), new Block());
export const loss = () => sum(net.forward(ones([1, 2])));
`,
    );
    assert.match(out, /^net\.0\.up /m);
    assert.match(out, /^net\.1\.up /m);
  });
});
