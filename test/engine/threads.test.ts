/** Several threads give, bit by bit, what one gives. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "mocha";
import { conv2d, getThreads, matmul, randn, setThreads, type Tensor, tensor } from "../../engine";
import { ModelError } from "../../engine/core/error";
import { kernels } from "../../engine/kernels";
import { matmulTransposed } from "../../engine/ops/matmul";
import { allowThreads } from "../../engine/runner/threads";

const large = randn([320, 320]);

/** Starts helpers and waits until they serve. */
async function gather(count: number): Promise<void> {
  setThreads(count);
  for (let i = 0; i < 500 && (kernels().threads?.() ?? 1) < count; i++) {
    matmul(large, large);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  assert.ok((kernels().threads?.() ?? 1) >= count, "the threads did not start");
}

const double = (x: Tensor) => tensor(x, { dtype: "float64" });

const computations: Readonly<Record<string, () => Tensor>> = {
  "wide products": () => matmul(randomized([70, 300]), randomized([300, 611])),
  "tall products": () => matmul(randomized([2011, 130]), randomized([130, 19])),
  "float64 products": () => matmul(double(randomized([150, 200])), double(randomized([200, 333]))),
  "batches of products": () => matmul(randomized([9, 64, 80]), randomized([9, 80, 96])),
  "transposed products": () =>
    matmulTransposed(randomized([300, 150]), randomized([257, 300]), { transX: true, transY: true }),
  convolutions: () => conv2d(randomized([2, 16, 50, 50]), randomized([40, 16, 3, 3]), { padding: 1 }),
};

/** The same numbers each time. */
function randomized(shape: number[]): Tensor {
  const size = shape.reduce((a, b) => a * b, 1);
  return tensor(
    Float32Array.from({ length: size }, (_, i) => Math.sin(i * 12.9898) * 43.7),
    {
      shape,
    },
  );
}

describe("threads", () => {
  before(async function () {
    this.timeout(20_000);
    allowThreads();
    await gather(3);
  });
  after(() => setThreads(1));

  for (const [name, compute] of Object.entries(computations)) {
    it(`do not change the results of ${name}`, () => {
      setThreads(1);
      const alone = compute().data;
      for (const count of [2, 3]) {
        setThreads(count);
        for (let repeat = 0; repeat < 3; repeat++) assert.deepEqual(compute().data, alone);
      }
    });
  }

  it("all do their part", async () => {
    setThreads(2);
    const before = kernels().helped?.() ?? 0;
    // A helper that sleeps may come too late for one product, not for all of them.
    for (let i = 0; i < 50; i++) matmul(large, large);
    assert.ok((kernels().helped?.() ?? 0) > before, "nobody helped");
  });

  it("are set to a number from 1 on", () => {
    setThreads(2);
    assert.equal(getThreads(), 2);
    for (const wrong of [0, 1.5, 17, Number.NaN]) assert.throws(() => setThreads(wrong), ModelError);
  });
});
