/** Whatever is passed to an operation, a layer or an optimiser: a result or a ModelError, never another error. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { ModelError } from "../../engine/core/error";
import { RandomGenerator } from "../../engine/core/random";
import * as create from "../../engine/creation/create";
import { tensor, zeros } from "../../engine/creation/create";
import * as like from "../../engine/creation/create-like";
import * as drawn from "../../engine/creation/create-random";
import * as regular from "../../engine/creation/create-regular";
import * as nn from "../../engine/nn";
import * as ops from "../../engine/ops";
import * as optim from "../../engine/optim";
import { customOp } from "../../engine/sweeps/custom-op";
import * as derivatives from "../../engine/sweeps/derivatives";

const random = new RandomGenerator(1);
const below = (n: number) => Math.floor(random.uniform() * n);
const parameter = () => zeros([3, 3], { requiresGrad: true });

const plain: readonly unknown[] = [
  undefined,
  null,
  "a",
  {},
  [],
  [1, 2],
  [[1]],
  Number.NaN,
  -1,
  2,
  2.5,
  true,
  () => 1,
  { dim: 9 },
  { dim: "x" },
  { foo: 1 },
];
const tensors: readonly unknown[] = [
  tensor([1, 2, 3]),
  tensor(1),
  zeros([0]),
  zeros([2, 3]),
  zeros([2, 3, 4, 4]),
  tensor([1, 0], { dtype: "int32" }),
  tensor([true, false]),
  parameter(),
  (x: unknown) => x,
];
const objects: readonly unknown[] = [new nn.Linear(3, 3), new optim.SGD([parameter()]), [parameter()]];

function draw(from: readonly unknown[], most: number): unknown[] {
  return Array.from({ length: below(most + 1) }, () => from[below(from.length)]);
}

function assertClean(name: string, args: unknown[], run: () => unknown): void {
  try {
    run();
  } catch (error) {
    const call = `${name}(${args.map((each) => (typeof each === "object" ? JSON.stringify(each) : String(each))).join(", ")})`;
    assert.ok(error instanceof ModelError, `${call.slice(0, 200)} threw ${error}`);
  }
}

function attempt(name: string, args: unknown[], make: new (...args: unknown[]) => object): void {
  assertClean(name, args, () => {
    const made = new make(...args) as { forward?(...x: unknown[]): unknown };
    const inputs = draw([...plain, ...tensors], 3);
    assertClean(`${name} forward`, inputs, () => made.forward?.(...inputs));
    if (made instanceof optim.Optimizer || made instanceof optim.Schedule) made.step();
  });
}

const isClass = ([name, value]: [string, unknown]) =>
  typeof value === "function" && /^[A-Z]/.test(name) && !["Module", "Optimizer", "Schedule"].includes(name);

describe("garbage in, ModelError out", () => {
  const all = { ...ops, ...derivatives, ...create, ...regular, ...like, ...drawn, customOp };
  const functions = Object.entries(all).filter(([, value]) => typeof value === "function");
  for (const [name, value] of functions) {
    it(`function ${name}`, () => {
      for (let i = 0; i < 150; i++) {
        const args = draw([...plain, ...tensors], 4);
        assertClean(name, args, () => (value as (...args: unknown[]) => unknown)(...args));
      }
    });
  }
  for (const [name, value] of [...Object.entries(nn), ...Object.entries(optim)].filter(isClass)) {
    it(`class ${name}`, () => {
      for (let i = 0; i < 150; i++) {
        attempt(
          name,
          draw([...plain, ...tensors, ...objects], 4),
          value as new (
            ...args: unknown[]
          ) => object,
        );
      }
    });
  }
});
