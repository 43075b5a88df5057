/** Derivatives as functions, in both modes and nested: against central differences, each other and closed forms. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import * as gl from "../../engine";
import { grad, hessian, hvp, jacobian, jvp, type Tensor, tensor, vjp } from "../../engine";

const vector = (...values: number[]) => tensor(values, { dtype: "float64" });
const scalar = (value: number) => tensor(value, { dtype: "float64" });

function close(found: Tensor, expected: Tensor | number[], tolerance = 1e-10): void {
  const values = Array.isArray(expected) ? expected : Array.from(expected.data);
  assert.equal(found.size, values.length);
  values.forEach((value, i) => {
    const error = Math.abs((found.data[i] as number) - value);
    assert.ok(
      error <= tolerance * Math.max(1, Math.abs(value)),
      `[${i}]: ${found.data[i]}, expected ${value}`,
    );
  });
}

/** Central differences of f at x. */
function numeric(f: (x: number) => number, x: number, h = 1e-4): number {
  return (8 * (f(x + h) - f(x - h)) - (f(x + 2 * h) - f(x - 2 * h))) / (12 * h);
}

const bent = (x: Tensor) => gl.sum(gl.mul(gl.sin(x), gl.exp(gl.mul(x, 0.3))));

describe("derivatives: jacobian and hessian", () => {
  const wide = (x: Tensor) => gl.cat([gl.sin(x), gl.mul(x, x), gl.exp(gl.sum(x)).reshape([1])]);
  const narrow = (x: Tensor) => gl.sum(gl.reshape(gl.pow(x, 3), [2, 3]), { dim: 1 });

  it("jacobian in forward mode (more outputs) equals its rows by vjp", () => {
    const x = vector(0.3, -0.7);
    const J = jacobian(wide, x);
    assert.deepEqual(J.shape, [5, 2]);
    const [, back] = vjp(wide, x);
    for (let k = 0; k < 5; k++) {
      const unit = tensor(new Float64Array(5).fill(1, k, k + 1));
      close(back(unit)[0] as Tensor, gl.narrow(J, 0, k, 1));
    }
  });

  it("jacobian in reverse mode (more inputs) equals its columns by jvp", () => {
    const x = tensor(Float64Array.of(1, 2, 3, 4, 5, 6));
    const J = jacobian(narrow, x);
    assert.deepEqual(J.shape, [2, 6]);
    for (let k = 0; k < 6; k++) {
      const [, t] = jvp(narrow, x, tensor(new Float64Array(6).fill(1, k, k + 1)));
      close(t, gl.narrow(J, 1, k, 1));
    }
  });

  it("jacobian of several inputs gives one tensor each", () => {
    const [a, b] = jacobian((x: Tensor, y: Tensor) => gl.mul(x, y), [vector(1, 2), vector(3, 4)]);
    close(a as Tensor, [3, 0, 0, 4]);
    close(b as Tensor, [1, 0, 0, 2]);
  });

  it("hessian is the jacobian of the gradient, and hvp its product", () => {
    const x = vector(0.4, -1.1, 0.9);
    const H = hessian(bent, x);
    const gradient = (y: Tensor) => vjp(bent, y)[1]()[0] as Tensor;
    close(jacobian(gradient, x), H);
    const v = vector(1, -2, 0.5);
    close(hvp(bent, x, v)[0] as Tensor, gl.matmul(H, v));
  });

  it("hessian of several inputs gives a tensor for each pair", () => {
    const f = (x: Tensor, y: Tensor) => gl.sum(gl.mul(gl.mul(x, x), y));
    const H = hessian(f, [vector(1, 2), vector(3, 4)]);
    close(H[0]?.[0] as Tensor, [6, 0, 0, 8]);
    close(H[0]?.[1] as Tensor, [2, 0, 0, 4]);
    close(H[1]?.[1] as Tensor, [0, 0, 0, 0]);
  });

  it("zeros where nothing depends on the input", () => {
    const x = vector(1, 2);
    close(
      jacobian(() => vector(5), x),
      [0, 0],
    );
    close(
      hessian((y) => gl.sum(y), x),
      [0, 0, 0, 0],
    );
    close(jvp(() => vector(5), x, x)[1], [0]);
  });
});

describe("derivatives: nesting", () => {
  it("grad of grad of grad of a scalar", () => {
    const f = (x: Tensor) => gl.sin(gl.mul(x, x));
    const d = (g: (x: Tensor) => Tensor) => (x: Tensor) => vjp(g, x)[1]()[0] as Tensor;
    const first = (x: number) => d(f)(scalar(x)).item();
    const second = (x: number) => d(d(f))(scalar(x)).item();
    assert.ok(Math.abs(second(0.8) - numeric(first, 0.8)) < 1e-8);
    assert.ok(Math.abs(d(d(d(f)))(scalar(0.8)).item() - numeric(second, 0.8)) < 1e-7);
  });

  it("jvp inside jvp, vjp inside jvp, jvp inside vjp agree", () => {
    const f = (x: Tensor) => gl.exp(gl.sin(x));
    const one = scalar(1);
    const ahead = (x: Tensor) => jvp(f, x, one)[1];
    const back = (x: Tensor) => vjp(f, x)[1]()[0] as Tensor;
    const at = scalar(0.6);
    const expected = numeric((x) => ahead(scalar(x)).item(), 0.6);
    for (const inner of [ahead, back]) {
      close(jvp(inner, at, one)[1], [expected], 1e-9);
      close(vjp(inner, at)[1]()[0] as Tensor, [expected], 1e-9);
    }
  });

  it("a tensor used inside the function that is no argument stays a constant", () => {
    const x = tensor(3, { dtype: "float64", requiresGrad: true });
    close(jvp((y) => gl.mul(y, x), x, scalar(1))[1], [3]);
    close(
      jacobian((y) => gl.mul(y, x), x),
      [3],
    );
  });

  it("an outer derivative sees through an inner one", () => {
    const x = tensor(0.7, { dtype: "float64", requiresGrad: true });
    const [, slope] = jvp((y) => gl.mul(gl.sin(y), x), x, scalar(1));
    slope.backward();
    // d/dx [x cos x], as x is argument and constant: d/dx of cos(y) x at y = x
    close(x.grad as Tensor, [Math.cos(0.7) - 0.7 * Math.sin(0.7)]);
  });

  it("a function whose inputs take no gradient hands out nothing to differentiate", () => {
    const [out, t] = jvp(bent, vector(1, 2), vector(1, 0));
    assert.equal(out.requiresGrad, false);
    assert.equal(t.requiresGrad, false);
  });

  it("works inside noGrad and hands out constants there", () => {
    const x = tensor([1, 2], { dtype: "float64", requiresGrad: true });
    const J = gl.noGrad(() => jacobian((y) => gl.mul(y, y), x));
    close(J, [2, 0, 0, 4]);
    assert.equal(J.requiresGrad, false);
  });

  it("createGraph lets a gradient be differentiated again", () => {
    const x = tensor([0.5, 1.5], { dtype: "float64", requiresGrad: true });
    const first = grad(gl.sum(gl.pow(x, 4)), x, { createGraph: true });
    close(grad(gl.sum(first), x), [3, 27]);
  });
});

describe("derivatives: wrong use", () => {
  const x = vector(1, 2);
  const table: [string, () => unknown, RegExp][] = [
    [
      "a tangent of another shape",
      () => jvp(bent, x, vector(1)),
      /tangent 0 has shape \[1\], expected shape \[2\]/,
    ],
    [
      "a missing tangent",
      () => jvp((a, b) => gl.add(a, b), [x, x], [x]),
      /tangent 1 is missing, expected shape \[2\]/,
    ],
    [
      "a Hessian of a vector",
      () => hessian((y) => gl.mul(y, 2), x),
      /returned shape \[2\], expected a scalar/,
    ],
    [
      "a function without a tensor",
      () => jvp(() => 3 as never, x, x),
      /returned a number \(3\), expected a tensor/,
    ],
    ["integers", () => jacobian((y) => y, tensor([1], { dtype: "int32" })), /type int32, expected float32/],
    [
      "an input without requiresGrad",
      () => grad(gl.sum(gl.mul(x, tensor(1, { dtype: "float64", requiresGrad: true }))), x),
      /input 0 takes no gradient/,
    ],
  ];
  for (const [title, fn, message] of table) {
    it(title, () => assert.throws(fn, { name: "ModelError", message }));
  }
});
