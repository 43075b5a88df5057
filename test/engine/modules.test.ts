/** What a module holds: parameters that stay when they are frozen, and layers wherever fields keep them. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import * as gl from "../../engine";
import { nn, type Tensor } from "../../engine";

function complains(fn: () => unknown, message: RegExp): void {
  assert.throws(fn, (error) => error instanceof gl.ModelError && message.test(error.message));
}

class Net extends nn.Module {
  nested = [[new nn.Linear(1, 2)], [new nn.Linear(2, 1)]];
  byName = { left: new nn.Linear(1, 1), right: [new nn.Linear(1, 1, false)] };
  byKey = new Map([["a", new nn.Linear(1, 1, false)]]);
  scales = [gl.parameter([1]), gl.parameter([2])];
  settings = { size: 3, names: ["x"] };
  forward(x: Tensor) {
    return x;
  }
}

describe("what a module holds", () => {
  it("layers and parameters in arrays, plain objects and maps", () => {
    const names = new Net().namedParameters().map(([name]) => name);
    assert.deepEqual(names.sort(), [
      "byKey.a.weight",
      "byName.left.bias",
      "byName.left.weight",
      "byName.right.0.weight",
      "nested.0.0.bias",
      "nested.0.0.weight",
      "nested.1.0.bias",
      "nested.1.0.weight",
      "scales.0",
      "scales.1",
    ]);
  });

  it("parameters that are frozen", () => {
    const net = new nn.Linear(2, 2);
    for (const p of net.parameters()) p.requiresGrad = false;
    assert.deepEqual(
      net.namedParameters().map(([name]) => name),
      ["weight", "bias"],
    );
    assert.deepEqual(Object.keys(net.stateDict()), ["weight", "bias"]);
  });

  it("a Parameter, which shares values and need not take a gradient", () => {
    class Scaled extends nn.Module {
      own = gl.tensor([1, 2]);
      scale = new nn.Parameter(this.own);
      fixed = new nn.Parameter([3], false);
      forward(x: Tensor) {
        return gl.mul(x, this.scale);
      }
    }
    const net = new Scaled();
    assert.deepEqual(Object.keys(net.stateDict()), ["scale", "fixed"]);
    net.own.data[0] = 7;
    assert.equal(net.scale.data[0], 7);
    assert.equal(net.fixed.requiresGrad, false);
    net
      .forward(gl.tensor([2, 3]))
      .sum()
      .backward();
    assert.deepEqual(net.scale.grad?.toArray(), [2, 3]);
    assert.ok(net.scale instanceof nn.Parameter && net.scale instanceof gl.Tensor);
    complains(() => new nn.Parameter(gl.tensor([true])), /requiresGrad needs float32 or float64/);
  });

  it("no more than once on a path: a child may know its parent", () => {
    class Child extends nn.Module {
      weight = gl.parameter([1]);
      constructor(readonly parent: nn.Module) {
        super();
      }
      forward(x: Tensor) {
        return x;
      }
    }
    class Parent extends nn.Module {
      child = new Child(this);
      forward(x: Tensor) {
        return x;
      }
    }
    assert.deepEqual(Object.keys(new Parent().stateDict()), ["child.weight"]);
  });

  it("fields of one's own beside the layers of a Sequential", () => {
    class Net2 extends nn.Sequential {
      extra = new nn.Linear(1, 1, false);
    }
    assert.deepEqual(Object.keys(new Net2(new nn.Linear(1, 1, false)).stateDict()), [
      "0.weight",
      "extra.weight",
    ]);
  });
});

describe("containers", () => {
  it("ModuleDict", () => {
    const dict = new nn.ModuleDict<nn.Module>({ a: new nn.Linear(1, 1, false), b: new nn.ReLU() });
    assert.deepEqual(Object.keys(dict.stateDict()), ["a.weight"]);
    assert.deepEqual(dict.keys(), ["a", "b"]);
    assert.ok(dict.get("b") instanceof nn.ReLU);
    dict.set("c", new nn.Linear(1, 1, false));
    assert.equal(dict.length, 3);
    assert.deepEqual(
      [...dict].map(([name]) => name),
      ["a", "b", "c"],
    );
    assert.deepEqual(new nn.ModuleDict(new Map([["x", new nn.ReLU()]])).keys(), ["x"]);
    complains(() => dict.get("d"), /found no "d", expected one of a, b, c/);
    complains(() => new nn.ModuleDict({ a: 3 } as never), /a is a number \(3\), expected a module/);
  });

  it("ParameterList and ParameterDict", () => {
    const list = new nn.ParameterList([gl.parameter([1]), gl.tensor([2])]);
    assert.deepEqual(Object.keys(list.stateDict()), ["0", "1"]);
    assert.deepEqual(list.at(-1).toArray(), [2]);
    const dict = new nn.ParameterDict({ w: gl.parameter([1]) });
    assert.deepEqual(Object.keys(dict.stateDict()), ["w"]);
    complains(() => new nn.ParameterList([3] as never), /item 0 is a number \(3\), expected a parameter/);
  });
});

describe("inputs of layers", () => {
  it("one too many is refused", () => {
    const layer = new nn.Linear(1, 1) as unknown as { forward(...all: unknown[]): Tensor };
    complains(
      () => layer.forward(gl.ones(1, 1), 3),
      /nn\.Linear: forward\(\) found 3 as input 2, expected at most 1/,
    );
    const lstm = new nn.BatchNorm1d(2) as unknown as typeof layer;
    complains(() => lstm.forward(gl.ones(2, 2), true), /nn\.BatchNorm1d: forward\(\) found true as input 2/);
  });

  it("but a layer may be the callback of map", () => {
    const layer = new nn.Linear(1, 1);
    assert.equal([gl.ones(1, 1), gl.ones(1, 1)].map(layer.forward).length, 2);
  });
});
