/** Optimisers and schedules against the paths and rates that test/reference/make.py computed. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { grad } from "../../engine";
import { requireGrad, type Tensor, zeroFilled } from "../../engine/core/tensor";
import { tensor } from "../../engine/creation/create";
import { add, mul, narrow, square, sub, sum } from "../../engine/ops";
import * as optim from "../../engine/optim";
import { backward } from "../../engine/sweeps/reverse";
import { readReference } from "./reference";

interface Path {
  readonly optimiser: string;
  readonly loss: "bowl" | "valley";
  readonly options: Record<string, unknown>;
  readonly points: number[][];
}

interface Rates {
  readonly schedule: string;
  readonly options: Record<string, unknown>;
  readonly rates: number[];
}

const reference = readReference<{
  paths: Path[];
  schedules: Rates[];
  metrics: number[];
  together: Record<string, number[]>;
}>("optim-more.json");

const part = (theta: Tensor, i: number) => sum(narrow(theta, 0, i, 1));

const losses = {
  bowl(theta: Tensor): Tensor {
    const [a, b] = [part(theta, 0), part(theta, 1)];
    return add(add(square(a), mul(10, square(b))), mul(a, b));
  },
  valley(theta: Tensor): Tensor {
    const [a, b] = [part(theta, 0), part(theta, 1)];
    return add(square(sub(1, a)), mul(100, square(sub(b, square(a)))));
  },
};

type MakeOptimizer = new (
  params: Tensor[],
  options: object,
) => { zeroGrad(): void; step(closure: () => Tensor): unknown };
type MakeSchedule = new (optimizer: optim.SGD, options: object) => Steps;
interface Steps {
  step(metric?: number): void;
}

/** The class of that name, as what the table says it is. */
const named = <T>(name: string): T => (optim as unknown as Record<string, T>)[name] as T;

describe("optimisers against PyTorch", () => {
  for (const { optimiser, loss, options, points } of reference.paths) {
    it(`${optimiser} ${JSON.stringify(options)} on the ${loss}`, () => {
      const theta = tensor([-1.3, 1.7], { dtype: "float64", requiresGrad: true });
      const optimizer = new (named<MakeOptimizer>(optimiser))([theta], options);
      for (const [k, point] of points.entries()) {
        optimizer.step(() => {
          optimizer.zeroGrad();
          const value = losses[loss](theta);
          backward(value);
          return value;
        });
        point.forEach((expected, i) => {
          const error = Math.abs((theta.data[i] as number) - expected);
          assert.ok(error <= 1e-9, `step ${k}: found ${theta.data}, expected ${point}`);
        });
      }
    });
  }
});

function assertRates(make: (optimizer: optim.SGD) => readonly Steps[], expected: readonly number[]): void {
  const optimizer = new optim.SGD([requireGrad(zeroFilled([1]))], { lr: 0.4 });
  const schedules = make(optimizer);
  const found = expected.map((_, i) => {
    const rate = optimizer.paramGroups[0]?.lr ?? Number.NaN;
    for (const each of schedules) each.step(reference.metrics[i] as number);
    return rate;
  });
  expected.forEach((rate, i) => {
    assert.ok(Math.abs((found[i] as number) - rate) <= 1e-12, `found ${found}, expected ${expected}`);
  });
}

const { ExponentialLR, StepLR, LinearLR, CosineAnnealingLR, ConstantLR } = optim;
const together: Record<string, (o: optim.SGD) => readonly Steps[]> = {
  both: (o) => [new ExponentialLR(o, { gamma: 0.9 }), new StepLR(o, { stepSize: 3, gamma: 0.5 })],
  warmed: (o) => [
    new LinearLR(o, { startFactor: 0.1, totalIters: 4 }),
    new CosineAnnealingLR(o, { tMax: 12 }),
  ],
  sequence: (o) => {
    const parts = [
      new LinearLR(o, { startFactor: 0.1, totalIters: 4 }),
      new ExponentialLR(o, { gamma: 0.8 }),
      new CosineAnnealingLR(o, { tMax: 5 }),
    ];
    return [new optim.SequentialLR(o, parts, { milestones: [4, 8] })];
  },
  chained: (o) => [
    new optim.ChainedScheduler([
      new ConstantLR(o, { factor: 0.1, totalIters: 2 }),
      new ExponentialLR(o, { gamma: 0.9 }),
    ]),
  ],
  multiplied: (o) => [new optim.MultiplicativeLR(o, (epoch) => 0.95 - 0.01 * epoch)],
};

describe("schedules against PyTorch", () => {
  for (const { schedule, options, rates } of reference.schedules) {
    it(`${schedule} ${JSON.stringify(options)}`, () =>
      assertRates((o) => [new (named<MakeSchedule>(schedule))(o, options)], rates));
  }

  for (const [name, rates] of Object.entries(reference.together)) {
    it(`several on one optimiser: ${name}`, () => {
      const make = together[name];
      assert.ok(make !== undefined, `no schedules for ${name}`);
      assertRates(make, rates);
    });
  }
});

describe("what optimisers refuse", () => {
  const p = () => requireGrad(zeroFilled([2]));

  it("says what is wrong", () => {
    const o = new optim.SGD([p()]);
    assert.throws(() => new optim.LBFGS([p()]).step(), /step\(\) needs a function/);
    assert.throws(() => new optim.LBFGS([p()], { lineSearchFn: "wolfe" as never }), /expected "strongWolfe"/);
    assert.throws(() => new optim.MultiStepLR(o, { milestones: 3 as never }), /milestones is 3/);
    assert.throws(() => new optim.ReduceLROnPlateau(o, { factor: 1 }), /factor is 1/);
    assert.throws(() => new optim.SequentialLR(o, [], { milestones: [] }), /array of schedules/);
    const other = new optim.ExponentialLR(new optim.SGD([p()]), { gamma: 0.5 });
    assert.throws(() => new optim.SequentialLR(o, [other], { milestones: [] }), /another optimiser/);
  });

  it("adds a group of parameters, but none twice", () => {
    const [a, b] = [p(), p()];
    const optimizer = new optim.SGD([a], { lr: 0.5, momentum: 0.9 });
    optimizer.addParamGroup({ params: [b], lr: 0.1 });
    assert.deepEqual(
      optimizer.paramGroups.map(({ lr, momentum }) => [lr, momentum]),
      [
        [0.5, 0.9],
        [0.1, 0.9],
      ],
    );
    assert.throws(() => optimizer.addParamGroup({ params: [a] }), /in another group already/);
  });

  it("returns the loss of the closure, which may be called without gradients on", () => {
    const x = tensor([3], { dtype: "float64", requiresGrad: true });
    const loss = new optim.SGD([x], { lr: 0.1 }).step(() => {
      const value = sum(square(x));
      x.grad = grad(value, [x])[0] as Tensor;
      return value;
    });
    assert.equal(loss?.item(), 9);
    assert.ok(Math.abs((x.data[0] as number) - 2.4) < 1e-12);
  });
});
