/** Optimisers and schedules: paths and rates as PyTorch gives them, and what is refused. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "mocha";
import { ModelError } from "../../engine/core/error";
import { requireGrad, type Tensor, zeroFilled } from "../../engine/core/tensor";
import { tensor } from "../../engine/creation/create";
import { mul, square, sum } from "../../engine/ops";
import * as optim from "../../engine/optim";
import { backward } from "../../engine/sweeps/reverse";
import { reference } from "./layer-cases";

interface Lecture {
  readonly id: string;
  readonly paths?: Record<string, number[][]>;
}

const lectures = JSON.parse(readFileSync("test/reference/lectures.json", "utf8")) as { examples: Lecture[] };
const paths = lectures.examples.find((each) => each.id === "optimisers")?.paths ?? {};

type Make = (params: Tensor[]) => { step(): void; zeroGrad(): void };

const lr = 0.1;
const makers: Record<string, Make> = {
  sgd: (p) => new optim.SGD(p, { lr }),
  "sgd momentum 0.9": (p) => new optim.SGD(p, { lr, momentum: 0.9 }),
  "sgd nesterov 0.9": (p) => new optim.SGD(p, { lr, momentum: 0.9, nesterov: true }),
  "sgd weight decay 0.1": (p) => new optim.SGD(p, { lr, weightDecay: 0.1 }),
  adagrad: (p) => new optim.Adagrad(p, { lr }),
  adadelta: (p) => new optim.Adadelta(p, { lr: 1 }),
  rmsprop: (p) => new optim.RMSprop(p, { lr }),
  adam: (p) => new optim.Adam(p, { lr }),
  "adamw 0.1": (p) => new optim.AdamW(p, { lr, weightDecay: 0.1 }),
};

/** t1² + 10 t2², the bowl of the lectures. */
function descend(make: Make, steps: number): number[][] {
  const theta = tensor([2, -3], { dtype: "float64", requiresGrad: true });
  const optimizer = make([theta]);
  return Array.from({ length: steps }, () => {
    optimizer.zeroGrad();
    backward(sum(mul(square(theta), tensor([1, 10], { dtype: "float64" }))));
    optimizer.step();
    return [...theta.data];
  });
}

describe("optim against PyTorch", () => {
  for (const [name, expected] of Object.entries(paths)) {
    it(`path of ${name}`, () => {
      const make = makers[name];
      assert.ok(make !== undefined, `no optimiser for ${name}`);
      const found = descend(make, expected.length).flat();
      expected.flat().forEach((value, i) => {
        const error = Math.abs((found[i] as number) - value);
        assert.ok(error <= 1e-10 * Math.abs(value), `number ${i}: found ${found[i]}, expected ${value}`);
      });
    });
  }

  const schedules: Record<string, (o: optim.SGD) => optim.Schedule> = {
    "stepLR 3 0.5": (o) => new optim.StepLR(o, { stepSize: 3, gamma: 0.5 }),
    "exponentialLR 0.9": (o) => new optim.ExponentialLR(o, { gamma: 0.9 }),
    "cosineAnnealingLR 10 0.01": (o) => new optim.CosineAnnealingLR(o, { tMax: 10, etaMin: 0.01 }),
    "oneCycleLR 1 10": (o) => new optim.OneCycleLR(o, { maxLr: 1, totalSteps: 10 }),
    "linearLR 0.1 1 5": (o) => new optim.LinearLR(o, { startFactor: 0.1, endFactor: 1, totalIters: 5 }),
  };
  for (const [name, expected] of Object.entries(reference.schedules)) {
    it(`rates of ${name}`, () => {
      const make = schedules[name];
      assert.ok(make !== undefined, `no schedule for ${name}`);
      const optimizer = new optim.SGD([requireGrad(zeroFilled([1]))], { lr: 0.4 });
      const schedule = make(optimizer);
      expected.forEach((value, i) => {
        if (i > 0) schedule.step();
        const [rate] = schedule.getLastLr();
        assert.ok(Math.abs((rate as number) - value) <= 1e-9, `found ${rate}, expected ${value}`);
      });
    });
  }
});

describe("optim", () => {
  const p = () => requireGrad(zeroFilled([2]));

  it("leaves parameters without a gradient alone", () => {
    const x = p();
    new optim.Adam([x]).step();
    assert.deepEqual([...x.data], [0, 0]);
  });

  it("takes groups with options of their own", () => {
    const groups = [{ params: [p()], lr: 0.5 }, { params: [p()] }];
    assert.deepEqual(
      new optim.SGD(groups, { lr: 0.1, momentum: 0.9 }).paramGroups.map((group) => [
        group.lr,
        group.momentum,
      ]),
      [
        [0.5, 0.9],
        [0.1, 0.9],
      ],
    );
  });

  it("says what is wrong", () => {
    assert.throws(() => new optim.SGD([]), /optim.SGD\(\): found no parameters/);
    assert.throws(() => new optim.SGD([p()], { lr: -1 }), /lr is -1/);
    assert.throws(() => new optim.SGD([p()], { nesterov: true }), /nesterov needs a momentum/);
    assert.throws(() => new optim.Adam([p()], { betas: [1, 0.9] }), ModelError);
    assert.throws(
      () => new optim.Adam(undefined as never),
      /params is undefined, expected an array of tensors/,
    );
    assert.throws(() => new optim.Adam([p()], { learningRate: 1 } as never), /unknown option "learningRate"/);
    assert.throws(() => new optim.StepLR(new optim.SGD([p()]), { stepSize: 0 }), /stepSize is 0/);
  });
});
