/** The worked examples of backpropagation lectures: values, gradients, Jacobians and Hessians. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import * as gl from "../../engine";
import { grad, hessian, jacobian, type Tensor, tensor } from "../../engine";
import type { NestedArray } from "../../engine/core/tensor";
import { readReference } from "./reference";

interface Example {
  id: string;
  title: string;
  inputs?: Record<string, NestedArray>;
  constants?: Record<string, NestedArray>;
  value?: number | number[];
  gradients?: Record<string, NestedArray>;
  hessian?: NestedArray;
  jacobian?: NestedArray;
  operations?: number;
}

type Named = Readonly<Record<string, Tensor>>;

const { examples } = readReference<{ examples: Example[] }>("lectures.json");
const { add, cos, div, exp, matmul, mul, neg, pow, sigmoid, sin, square, sub, sum } = gl;
const half = (x: Tensor) => mul(x, 0.5);
const get = (named: Named, name: string) => named[name] as Tensor;

/** What each example computes, by its id. */
const programs: Readonly<Record<string, (v: Named) => Tensor>> = {
  "chain-rule": (v) => square(add(mul(square(get(v, "x")), 2), 1)),
  "sum-times": (v) => mul(add(get(v, "x"), get(v, "y")), get(v, "z")),
  partial: (v) => square(add(get(v, "x"), mul(pow(get(v, "y"), 3), 2))),
  gradient: ({ x1, x2 }) =>
    add(mul(square(x1 as Tensor), x2 as Tensor), mul(x1 as Tensor, pow(x2 as Tensor, 3))),
  "inner-outer": (v) => {
    const t = get(v, "t");
    return exp(mul(mul(t, cos(t)), square(mul(t, sin(t)))));
  },
  "least-squares": (v) => sum(square(sub(get(v, "y"), matmul(get(v, "Phi"), get(v, "theta"))))),
  explicit: (v) => {
    const u = add(square(get(v, "x")), exp(square(get(v, "x"))));
    return add(gl.sqrt(u), cos(u));
  },
  "external-gradient": (v) => sub(mul(pow(get(v, "a"), 3), 3), square(get(v, "b"))),
  "regularised-neuron": (v) => {
    const y = sigmoid(add(mul(get(v, "w"), get(v, "x")), get(v, "b")));
    const penalty = mul(half(get(v, "lambda")), square(get(v, "w")));
    return add(half(square(sub(y, get(v, "t")))), penalty);
  },
  tape: (v) => {
    const z = add(mul(get(v, "w"), get(v, "x")), get(v, "b"));
    const y = div(1, add(exp(neg(z)), 1));
    const error = sub(y, get(v, "t"));
    return div(mul(error, error), 2);
  },
  loop: (v) => {
    let x = get(v, "x");
    while (Math.abs(x.item()) > 5) x = div(x, 2);
    return x;
  },
  identity: (v) => add(square(sin(get(v, "x"))), square(cos(get(v, "x")))),
  symbolic: (v) => {
    const x = get(v, "x");
    return add(add(mul(x, 2), mul(square(x), 3)), mul(x, 6 - 2));
  },
  bowl: (v) => gl.dot(get(v, "x"), matmul(get(v, "A"), get(v, "x"))),
  saddle: (v) => gl.dot(get(v, "x"), matmul(get(v, "A"), get(v, "x"))),
  "hidden-layer": (v) => {
    const hidden = sigmoid(gl.linear(get(v, "x"), get(v, "w"), get(v, "w0")));
    const out = add(matmul(hidden, get(v, "beta")), get(v, "beta0"));
    return sum(half(square(sub(get(v, "y"), out))));
  },
  "two-layer": (v) => {
    const h = sigmoid(add(matmul(get(v, "W1"), get(v, "x")), get(v, "b1")));
    const y = add(matmul(get(v, "W2"), h), get(v, "b2"));
    return half(sum(square(sub(y, get(v, "t")))));
  },
  "cross-entropy": () => neg(sum(gl.log(tensor([0.6, 0.2, 0.1, 0.7], { dtype: "float64" })))),
};

/** Examples that other tests hold: optimisers' paths, and the Jacobian and the chain below. */
const elsewhere = ["jacobian", "sigmoid-chain", "optimisers"];

const make = (named: Record<string, NestedArray> = {}, requiresGrad = false): Record<string, Tensor> =>
  Object.fromEntries(
    Object.entries(named).map(([name, value]) => [name, tensor(value, { dtype: "float64", requiresGrad })]),
  );

function close(what: string, found: Tensor, expected: NestedArray): void {
  const values = [expected].flat(9) as number[];
  assert.equal(found.size, values.length, what);
  values.forEach((value, i) => {
    const error = Math.abs((found.data[i] as number) - value);
    assert.ok(
      error <= 1e-10 * Math.max(1, Math.abs(value)),
      `${what}[${i}]: ${found.data[i]}, expected ${value}`,
    );
  });
}

function operationsBehind(out: Tensor): number {
  const seen = new Set<unknown>();
  const visit = (x: Tensor): void => {
    if (x.node === null || seen.has(x.node)) return;
    seen.add(x.node);
    x.node.inputs.forEach(visit);
  };
  visit(out);
  return seen.size;
}

describe("reference values: lectures", () => {
  it("every example is computed", () => {
    const known = [...Object.keys(programs), ...elsewhere].sort();
    assert.deepEqual(examples.map(({ id }) => id).sort(), known);
  });

  for (const each of examples.filter(({ id }) => id in programs)) {
    it(`${each.id}: ${each.title}`, () => {
      const program = programs[each.id] as (v: Named) => Tensor;
      const inputs = make(each.inputs, true);
      const constants = make(each.constants);
      const out = program({ ...inputs, ...constants });
      if (each.value !== undefined) close("value", out, each.value);
      if (each.operations !== undefined) assert.equal(operationsBehind(out), each.operations);
      const names = Object.keys(inputs);
      if (each.gradients !== undefined) {
        const gradients = grad(out, Object.values(inputs), {
          gradOutput: gl.ones(out.shape, { dtype: "float64" }),
        });
        for (const [i, name] of names.entries())
          close(name, gradients[i] as Tensor, each.gradients[name] as NestedArray);
      }
      if (each.hessian !== undefined) {
        close(
          "hessian",
          hessian((x) => program({ x, ...constants }), inputs.x as Tensor),
          each.hessian,
        );
      }
    });
  }

  it("jacobian: J of f(x) = (x1 x2, sin x1, x2^2)", () => {
    const example = examples.find(({ id }) => id === "jacobian") as Example;
    const parts = (x: Tensor) => [gl.narrow(x, 0, 0, 1), gl.narrow(x, 0, 1, 1)] as [Tensor, Tensor];
    const f = (x: Tensor) => {
      const [a, b] = parts(x);
      return gl.cat([mul(a, b), sin(a), square(b)]);
    };
    close("jacobian", jacobian(f, make(example.inputs).x as Tensor), example.jacobian as NestedArray);
  });

  it("sigmoid-chain: a chain of n sigmoids at z = 0 passes 0.25^n", () => {
    const example = examples.find(({ id }) => id === "sigmoid-chain") as unknown as Record<string, number>;
    const passed = (n: number) => {
      const x = tensor(0, { dtype: "float64", requiresGrad: true });
      let z = x;
      for (let i = 0; i < n; i++) z = sub(sigmoid(z), 0.5);
      return grad(z, x).item();
    };
    const first = example["below_1e-7_from"] as number;
    assert.ok(passed(first) < 1e-7 && passed(first - 1) > 1e-7);
    assert.ok(Math.abs(passed(12) - (example.value_at_12 as number)) < 1e-20);
  });
});
