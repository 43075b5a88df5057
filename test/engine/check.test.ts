/** The gradient check: right derivatives pass, planted faults are caught and named, with their verdicts. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { type CheckOptions, checkGradients, type Target } from "../../engine/check";
import * as g from "../../engine/index";
import type { Check } from "../../engine/report/report";
import { onLine, type Pen, sampleRun } from "./sample-run";

type Backward = Parameters<typeof g.customOp>[0]["backward"];

/** Checks one parameter `w` in a model that is given as a function of it. */
async function verdictOf(
  values: number | number[] | number[][],
  model: (w: g.Tensor) => g.Tensor,
  options: CheckOptions = {},
): Promise<Check> {
  const run = sampleRun(({ name }) => {
    const w = onLine(2, () => g.parameter(values, { dtype: "float64" }));
    return model(name("w", w));
  });
  const [check] = await checkGradients(run, { kind: "all" }, options);
  assert.ok(check);
  return check;
}

/** An operation on line 9 with the given backward pass; its output is squared and added up on other lines. */
function planted(forward: (...inputs: g.Tensor[]) => g.Tensor, backward: Backward) {
  const op = g.customOp({ name: "mine", forward, backward });
  return (...inputs: g.Tensor[]) => {
    const out = onLine(9, () => op(...inputs));
    return onLine(10, () => g.sum(g.mul(g.sin(out), out)));
  };
}

const matrix = [
  [0.3, -1.2, 0.8],
  [1.1, 0.4, -0.6],
];

function digitsNetwork({ name }: Pen): g.Tensor {
  g.manualSeed(0);
  const { images, labels } = g.data.digits({ count: 64 });
  class Net extends g.nn.Module {
    fc1 = onLine(3, () => new g.nn.Linear(64, 32));
    fc2 = onLine(4, () => new g.nn.Linear(32, 10));
    forward(x: g.Tensor) {
      return this.fc2.forward(g.relu(this.fc1.forward(x)));
    }
  }
  const net = name("net", new Net());
  return g.crossEntropy(net.forward(images), labels);
}

describe("gradient check", () => {
  it("passes every parameter of a network on the digits", async () => {
    const checks = await checkGradients(sampleRun(digitsNetwork), { kind: "all" });
    assert.equal(
      checks.reduce((sum, { checked }) => sum + checked, 0),
      2410,
    );
    for (const { verdict, worst, parameter } of checks) {
      assert.equal(verdict, "ok", parameter);
      assert.ok((worst?.relError ?? 1) < 1e-6, `${parameter}: ${worst?.relError}`);
    }
  });

  it("finds its targets by path and by line, and says what there is otherwise", async () => {
    const run = sampleRun(digitsNetwork);
    const names = async (target: Target) =>
      (await checkGradients(run, target)).map(({ target: layer, parameter }) => `${layer}.${parameter}`);
    const fc2 = ["net.fc2.weight", "net.fc2.bias"];
    assert.deepEqual(await names({ kind: "path", path: "net.fc2" }), fc2);
    assert.deepEqual(await names({ kind: "line", file: "/model.ts", line: 4 }), fc2);
    assert.deepEqual(await names({ kind: "path", path: "net.fc2.bias" }), ["net.fc2.bias"]);
    await assert.rejects(names({ kind: "path", path: "net.fc3" }), /net\.fc3.*net\.fc1\.weight/);
  });

  it("compares random directions above the limit, and finds a single wrong element", async () => {
    const scaled = (wrong: boolean) =>
      planted(
        (x) => g.mul(x, 2),
        ({ grad }) => {
          const out = g.mul(grad, 2);
          if (wrong) out.data[777] = (out.data[777] ?? 0) + 0.5;
          return out;
        },
      );
    const values = Array.from({ length: 1000 }, (_, i) => Math.sin(i));
    const right = await verdictOf(values, scaled(false), { limit: 100 });
    assert.equal(right.verdict, "ok");
    assert.equal(right.method, "random-directions");
    const wrong = await verdictOf(values, scaled(true), { limit: 100 });
    assert.equal(wrong.verdict, "wrong-derivative");
    assert.deepEqual(wrong.worst?.index, [777]);
  });

  it("finds one element in 30,000 that is wrong by 1 %, and its operation, with 40 pairs of evaluations", async () => {
    const damaged = planted(
      (x) => g.exp(x),
      ({ grad, output }) => {
        const out = g.mul(grad, output);
        out.data[12_345] = 1.01 * (out.data[12_345] ?? 0);
        return out;
      },
    );
    const check = await verdictOf(
      Array.from({ length: 30_000 }, (_, i) => Math.sin(i)),
      (w) => g.div(damaged(w), 30_000),
    );
    assert.equal(check.verdict, "wrong-derivative", check.message);
    assert.deepEqual(check.worst?.index, [12_345]);
    assert.deepEqual([check.culprit?.op, check.culprit?.site?.line], ["mine", 9]);
    const pairs = /with (\d+) pairs/.exec(check.message)?.[1];
    assert.ok(Number(pairs) <= 40, check.message);
  });

  it("stops when asked to", async () => {
    let asked = 0;
    const isCancelled = () => ++asked > 3;
    const checks = await checkGradients(sampleRun(digitsNetwork), { kind: "all" }, { isCancelled });
    assert.ok(checks.length < 4);
  });
});

describe("gradient check: verdicts", () => {
  const right: readonly [string, number | number[] | number[][], (w: g.Tensor) => g.Tensor][] = [
    ["tiny gradients", [0.5, -0.2], (w) => g.mul(g.sum(g.sin(w)), 1e-9)],
    ["a tensor used twice", matrix, (w) => g.sum(g.mul(g.exp(w), g.mul(w, w)))],
    [
      "broadcasting",
      [0.3, 0.1, -2],
      (w) => g.sum(g.square(g.add(w, g.tensor(matrix, { dtype: "float64" })))),
    ],
    ["large values", [3e4, -5e5], (w) => g.sum(g.square(w))],
    ["a kink close by", [1e-7, 1], (w) => g.sum(g.abs(w))],
    ["a saturated function", [9, -9], (w) => g.sum(g.sigmoid(w))],
    ["steep functions", [0.01, 0.02], (w) => g.sum(g.sin(g.mul(w, 300)))],
  ];
  for (const [name, values, model] of right) {
    it(`ok: ${name}`, async () => {
      const check = await verdictOf(values, model);
      assert.equal(check.verdict, "ok", check.message);
    });
  }

  it("kink: both slopes are shown, and the gradient lies between them", async () => {
    const absolute = await verdictOf([0, 1], (w) => g.sum(g.abs(w)));
    assert.deepEqual([absolute.verdict, absolute.worst?.index], ["kink", [0]]);
    const check = await verdictOf([0, 1], (w) => g.sum(g.relu(w)));
    assert.equal(check.verdict, "kink");
    assert.deepEqual(check.worst?.index, [0]);
    assert.match(check.message, /0 on the left and 1 on the right/);
  });

  it("cut: detach is named with its line", async () => {
    const check = await verdictOf([0.5, 2], (w) =>
      g.sum(
        g.mul(
          w,
          onLine(5, () => g.exp(w).detach()),
        ),
      ),
    );
    assert.equal(check.verdict, "cut");
    assert.deepEqual([check.culprit?.op, check.culprit?.site?.line], ["detach", 5]);
  });

  it("cut: what ran without gradients is named", async () => {
    const check = await verdictOf([0.5, 2], (w) =>
      g.sum(
        g.mul(
          w,
          g.noGrad(() => onLine(5, () => g.exp(w))),
        ),
      ),
    );
    assert.equal(check.verdict, "cut");
    assert.deepEqual([check.culprit?.op, check.culprit?.site?.line], ["exp", 5]);
  });

  it("cut: rounding", async () => {
    const check = await verdictOf([0.4, 2.3], (w) => g.sum(g.square(onLine(5, () => g.round(w)))));
    assert.equal(check.verdict, "cut");
    assert.deepEqual([check.culprit?.op, check.culprit?.site?.line], ["round", 5]);
  });

  it("vacuous: dead units", async () => {
    const check = await verdictOf([-1, -2], (w) => g.sum(onLine(5, () => g.relu(w))));
    assert.equal(check.verdict, "vacuous");
    assert.equal(check.culprit?.site?.line, 5);
  });

  it("vacuous: a parameter that the loss does not use", async () => {
    const run = sampleRun(({ name }) => {
      name("unused", g.parameter([1, 2]));
      return g.sum(g.square(name("w", g.parameter([3]))));
    });
    const checks = await checkGradients(run, { kind: "all" });
    assert.deepEqual(
      checks.map(({ parameter, verdict }) => [parameter, verdict]),
      [
        ["unused", "vacuous"],
        ["w", "ok"],
      ],
    );
  });

  it("noise floor: a gradient below the rounding of the loss", async () => {
    const check = await verdictOf([0.5, 2], (w) => g.add(g.mul(g.sum(g.sin(w)), 1e-17), 1));
    assert.equal(check.verdict, "noise-floor");
  });

  it("non-finite: an infinite gradient of a finite loss", async () => {
    const check = await verdictOf([0, 4], (w) => g.sum(g.sqrt(w)));
    assert.equal(check.verdict, "non-finite");
    assert.deepEqual(check.worst?.index, [0]);
  });
});

describe("gradient check: planted faults", () => {
  const other = g.tensor(
    [
      [0.5, -2],
      [1, 0.3],
      [-0.7, 0.9],
    ],
    { dtype: "float64" },
  );
  const square = [
    [0.3, -1.2],
    [1.1, 0.4],
  ];
  const wrong: readonly [string, RegExp, number | number[] | number[][], (w: g.Tensor) => g.Tensor][] = [
    [
      "sign",
      /wrong sign/,
      matrix,
      planted(
        (x) => g.sin(x),
        ({ grad, inputs: [x] }) => g.neg(g.mul(grad, g.cos(x as g.Tensor))),
      ),
    ],
    [
      "factor",
      /1\/2 of/,
      matrix,
      planted(
        (x) => g.square(x),
        ({ grad, inputs: [x] }) => g.mul(grad, x as g.Tensor),
      ),
    ],
    [
      "mean without its divisor",
      /6 times/,
      matrix,
      planted(
        (x) => g.mean(x),
        ({ grad, inputs: [x] }) => g.expand(grad, (x as g.Tensor).shape),
      ),
    ],
    [
      "zero",
      /gives 0 everywhere/,
      matrix,
      planted(
        (x) => g.exp(x),
        ({ inputs: [x] }) => g.mul(x as g.Tensor, 0),
      ),
    ],
    [
      "transposed",
      /exchanged/,
      square,
      planted(
        (x) => g.mul(x, 2),
        ({ grad }) => g.mul(g.transpose(grad, 0, 1), 2),
      ),
    ],
    [
      "shifted",
      /off by one/,
      [0.1, 0.9, -0.4, 0.7, 1.3],
      planted(
        (x) => g.mul(x, 3),
        ({ grad }) => g.mul(g.roll(grad, 1), 3),
      ),
    ],
    [
      "flipped",
      /runs backwards/,
      [0.1, 0.9, -0.4, 0.7],
      planted(
        (x) => g.flip(x, [0]),
        ({ grad }) => grad,
      ),
    ],
    [
      "wrong for large inputs",
      /wrong for inputs of/,
      [-2, -1, -0.5, 0.5, 3, 4, 5],
      planted(
        (x) => g.square(x),
        ({ grad, inputs: [x] }) => g.mul(grad, g.clamp(g.mul(x as g.Tensor, 2), { max: 5 })),
      ),
    ],
    [
      "zeroed gradient of size 1e-9",
      /gives 0 everywhere/,
      matrix,
      (w) =>
        g.mul(
          planted(
            (x) => g.exp(x),
            ({ inputs: [x] }) => g.mul(x as g.Tensor, 0),
          )(w),
          1e-9,
        ),
    ],
    [
      "matrix product",
      /mine/,
      matrix,
      (w) =>
        planted(
          (x, y) => g.matmul(x as g.Tensor, y as g.Tensor),
          ({ grad, inputs: [x, y] }) => [
            g.mul(g.matmul(grad, g.transpose(y as g.Tensor, 0, 1)), 1.5),
            g.matmul(g.transpose(x as g.Tensor, 0, 1), grad),
          ],
        )(w, other),
    ],
  ];
  for (const [name, sentence, values, model] of wrong) {
    it(`${name}: caught, with operation and line`, async () => {
      const check = await verdictOf(values, model);
      assert.equal(check.verdict, "wrong-derivative", check.message);
      assert.deepEqual([check.culprit?.op, check.culprit?.site?.line], ["mine", 9]);
      assert.match(check.message, sentence);
    });
  }
});
