/** Where a text makes the gradients of a backward pass that was written by hand. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { analyse } from "../../engine/source";
import { textAt } from "./text-at";

function gradientsOf(text: string) {
  const [layer] = analyse(text, "model.ts").analysis?.layers ?? [];
  const returned = layer?.gradients?.returned.map(({ range }) => textAt(text, range));
  const fields = layer?.gradients?.fields.map(({ name, range }) => `${name}: ${textAt(text, range)}`);
  return { returned, fields };
}

describe("gradients of a hand-written backward pass", () => {
  const pair = (backward: string) => gradientsOf(`function f(x, w) {}\n${backward}`);

  it("are the elements that are returned, or where these were made", () => {
    assert.deepEqual(pair("function fBackward(g, x, w) { return [g * w, g * x]; }").returned, [
      "g * w",
      "g * x",
    ]);
    assert.deepEqual(pair("const fBackward = (g, x, w) => ({ dx: g * w, dw: g * x });").returned, [
      "g * w",
      "g * x",
    ]);
    const text = `function fBackward(g, x, w) {
      const dx = g.map((v) => { return v * w; });
      let dw = zeros();
      for (const i in g) dw[i] += g[i] * x[i];
      return [dx, dw];
    }`;
    assert.deepEqual(pair(text).returned, ["dx = g.map((v) => { return v * w; })", "dw[i] += g[i] * x[i]"]);
    assert.deepEqual(pair("function fBackward(g) { return g.neg(); }").returned, ["g.neg()"]);
  });

  it("are those of the last return, which the special cases come before", () => {
    const { returned } = pair("function fBackward(g) { if (!g) return [0, 0]; return [g, 2 * g]; }");
    assert.deepEqual(returned, ["g", "2 * g"]);
  });

  it("are the part that was made, of several that are joined", () => {
    const text = `function fBackward(g) {
      const dv = g.map((v) => 2 * v);
      return [...g, ...dv];
    }`;
    assert.deepEqual(pair(text).returned, ["dv = g.map((v) => 2 * v)"]);
    assert.deepEqual(pair(text.replace("[...g, ...dv]", "[[...g, ...dv]]")).returned, [
      "dv = g.map((v) => 2 * v)",
    ]);
    assert.deepEqual(pair("function fBackward(g) { return [...g, ...g.map(exp)]; }").returned, [
      "g.map(exp)",
    ]);
    const two = "const a = exp(g), b = sin(g); return [...a, ...b];";
    assert.deepEqual(pair(`function fBackward(g) { ${two} }`).returned, ["[...a, ...b]"]);
  });

  it("are the fields that are filled", () => {
    const text = `class A {
      forward(x) {}
      backward(g) {
        this.dW = zeros();
        this.dW[0][1] += g;
        this.grads.b = g;
        return g * 2;
      }
    }`;
    assert.deepEqual(gradientsOf(text), {
      returned: ["g * 2"],
      fields: ["dW: this.dW[0][1] += g", "grads.b: this.grads.b = g"],
    });
  });
});
