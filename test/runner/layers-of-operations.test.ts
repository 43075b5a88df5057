/** Every operation is shown in the layer whose `forward` was running, however that was written and called. */
import assert from "node:assert/strict";
import { after, describe, it } from "mocha";
import { openEngine, paramsFor, reportOf } from "./engine";

/** A program, and for each operation the layer that it has to be shown in. */
const programs: Record<string, readonly [text: string, ...layers: string[]]> = {
  "a method, and one that calls it by super": [
    `class A extends nn.Module { w = parameter(2); forward(x) { return mul(x, this.w); } }
class B extends A { forward(x) { return tanh(super.forward(x)); } }
const b = new B();
export const loss = () => relu(b.forward(parameter(1)));`,
    "b mul",
    "b tanh",
    " relu",
  ],
  "layers in layers, in a loop and in callbacks": [
    `class A extends nn.Module { w = parameter(2); forward(x) { return mul(x, this.w); } }
class Net extends nn.Module {
  layers = [new A(), new A()];
  seq = new nn.Sequential(new A(), new nn.Tanh());
  forward(x) {
    for (const each of this.layers) x = each.forward(x);
    const [y] = [x].map((v) => this.layers[0].forward(v));
    return relu(this.seq.forward(y));
  }
}
const net = new Net();
export const loss = () => net.forward(parameter(1));`,
    "net.layers.0 mul",
    "net.layers.1 mul",
    "net.layers.0 mul",
    "net.seq.0 mul",
    "net.seq.1 tanh",
    "net relu",
  ],
  "fields, assigned functions and functions called by others": [
    `class Arrow extends nn.Module { w = parameter(2); forward = (x) => mul(x, this.w); }
class Late extends nn.Module { w = parameter(3); }
Late.prototype.forward = function (x) { return add(x, this.w); };
const arrow = new Arrow(), late = new Late();
const bound = late.forward.bind(late);
export const loss = () => relu([parameter(1)].map(arrow.forward).map(bound)[0]);`,
    "arrow mul",
    "late add",
    " relu",
  ],
  "what throws, and what waits": [
    `const pause = () => new Promise((done) => setTimeout(done, 1));
class Fails extends nn.Module { w = parameter(2); forward(x) { tanh(x); throw new Error("no"); } }
class Waits extends nn.Module { w = parameter(2); async forward(x) { const y = mul(x, this.w); await pause(); return add(y, 1); } }
const fails = new Fails(), waits = new Waits(), other = new Waits();
export async function loss() {
  const x = parameter(1);
  try { fails.forward(x); } catch { relu(x); }
  const [y, z] = await Promise.all([waits.forward(x), other.forward(x)]);
  return sub(y, z);
}`,
    "fails tanh",
    " relu",
    "waits mul",
    "other mul",
    "waits add",
    "other add",
    " sub",
  ],
};

describe("layers of operations", () => {
  const { engine } = openEngine();
  after(() => engine.dispose());

  for (const [title, [text, ...layers]] of Object.entries(programs)) {
    it(`are known for ${title}`, async () => {
      const file = "/nowhere/model.js";
      const head = `import { add, mul, nn, parameter, relu, sub, tanh } from "gradlens";\n`;
      const { nodes, scopes } = reportOf(
        await engine.trace(paramsFor(file, { overlays: { [file]: head + text } })),
      );
      const operations = nodes.filter(({ kind }) => kind === "operation");
      assert.deepEqual(
        operations.map(({ op, scope }) => `${scopes[scope]?.path} ${op}`),
        layers,
      );
    });
  }
});
