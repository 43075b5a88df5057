/** Names and operators that tensors do not have: errors that say what to write, and nothing for those who only ask. */
import assert from "node:assert/strict";
import { inspect } from "node:util";
import { describe, it } from "mocha";
import * as gl from "../../engine";

const x = () => gl.tensor([1, 2, 3]);
const read = (name: string) => (x() as unknown as Record<string, (...args: unknown[]) => unknown>)[name];

function complains(fn: () => unknown, message: RegExp, hint: RegExp): void {
  assert.throws(fn, (error) => {
    assert.ok(error instanceof gl.ModelError, String(error));
    assert.match(error.message, message);
    assert.match(error.hint ?? "", hint);
    return true;
  });
}

describe("names that a tensor does not have", () => {
  const wrong: readonly [string, () => unknown, RegExp, RegExp][] = [
    ["x[0]", () => read("0"), /x\[0\] takes nothing from a tensor: found shape \[3\]/, /write \w+\(x, 0, 0/],
    ["x.length", () => read("length"), /no "length"/, /x\.shape\[0\].*x\.size/],
    ["x.foo()", () => read("foo")?.(), /no "foo"/, /^$/],
    ["x.reshpae()", () => read("reshpae")?.(2), /no "reshpae"/, /did you mean reshape/],
    ["x.requires_grad", () => read("requires_grad"), /no "requires_grad"/, /did you mean requiresGrad/],
    ["x.index_select()", () => read("index_select"), /no "index_select"/, /did you mean indexSelect/],
    ["x.add_()", () => read("add_"), /no "add_"/, /x = x\.add\(/],
    ["x.crossEntropy()", () => read("crossEntropy"), /no "crossEntropy"/, /write crossEntropy\(x\)/],
    [
      "x.requires_grad = true",
      () => Object.assign(x(), { requires_grad: true }),
      /no requires_grad/,
      /did you mean requiresGrad/,
    ],
    ["Array.from(x)", () => Array.from(x() as unknown as ArrayLike<number>), /no "length"/, /x\.size/],
    ["relu(x + y)", () => gl.relu(`${x()}${x()}` as never), /x is a string/, /write add\(x, y\)/],
    ["x > y", () => x() > gl.ones(3), /expected a number/, /lt\(x, y\)/],
  ];
  for (const [title, fn, message, hint] of wrong) it(title, () => complains(fn, message, hint));

  it("do not disturb those who ask", async () => {
    const tensor = x();
    assert.equal(await tensor, tensor);
    assert.equal(await Promise.resolve(tensor), tensor);
    assert.match(inspect(tensor), /^Tensor\(\[3\]/);
    assert.match(`${tensor}`, /^Tensor\(\[3\]/);
    assert.ok(JSON.stringify(tensor).includes('"shape":[3]'));
    assert.equal("foo" in tensor, false);
    assert.ok(
      tensor instanceof gl.Tensor && tensor instanceof Object && !((tensor as object) instanceof Map),
    );
    assert.deepEqual([tensor, [tensor]].flat(), [tensor, tensor]);
    assert.deepEqual([tensor].concat(tensor), [tensor, tensor]);
    assert.equal(Object.prototype.toString.call(tensor), "[object Object]");
    assert.ok(!Array.isArray(tensor) && Object.hasOwn(tensor, "shape"));
    assert.equal(gl.Tensor.prototype.constructor, gl.Tensor);
    assert.equal((gl.Tensor.prototype as unknown as Record<string, unknown>).foo, undefined);
  });

  it("may be added", () => {
    const named = Object.assign(x(), { label: "mine" });
    assert.equal(named.label, "mine");
  });
});
