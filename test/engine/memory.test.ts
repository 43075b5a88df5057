/** Memory that tensors share with the kernels comes back: after a backward pass, with its tape, and through the collector. */
import assert from "node:assert/strict";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { after, before, describe, it } from "mocha";
import { matmul, mean, mul, parameter, randn, relu, square, sum, type Tensor, tensor } from "../../engine";
import { collector, installCollector } from "../../engine/core/collector";
import { allocate } from "../../engine/core/dtype";
import { InternalError, ModelError } from "../../engine/core/error";
import { record, Tape } from "../../engine/core/tape";
import { bytesInUse, collectUnreachable, setMemoryBudget } from "../../engine/kernels";
import { type Block, release, reserve } from "../../engine/kernels/wasm/blocks";
import { addressOf, allocateShared, releaseValues } from "../../engine/kernels/wasm/memory";
import { allowCollection } from "../../engine/runner/collector";
import { backward } from "../../engine/sweeps/reverse";

const MIB = 2 ** 20;
setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;
const nextTurn = () => new Promise((resolve) => setImmediate(resolve));

/** Lets the collector find what is unused, and its report arrive. */
async function settled(): Promise<number> {
  for (let i = 0; i < 2; i++) {
    collect();
    await nextTurn();
  }
  return bytesInUse();
}

/** Just enough for the shared memory. */
const width = 72;

function model() {
  const w1 = parameter(randn([width, width]));
  const w2 = parameter(randn([width, width]));
  const x = randn([width, width]);
  return { w1, w2, x, loss: () => mean(square(matmul(relu(matmul(x, w1)), w2))) };
}

function step({ w1, w2, loss }: ReturnType<typeof model>): Tensor {
  w1.grad = null;
  w2.grad = null;
  const out = loss();
  backward(out);
  return out;
}

/** A backward pass of its own stack frame, so that nothing of it stays on the stack. */
function stepAndForget(of: ReturnType<typeof model>): void {
  step(of);
}

describe("memory of tensors", () => {
  const usual = collector();
  before(() => installCollector(null));
  after(() => installCollector(usual));

  it("is shared with the kernels for large tensors", () => {
    assert.ok(addressOf(randn([100, 100]).data) > 0);
    assert.equal(addressOf(randn([4]).data), 0);
  });

  it("is given to the next one when released, and never twice", () => {
    const first = allocateShared("float32", 10_000);
    const address = addressOf(first);
    const before = bytesInUse();
    releaseValues(first);
    releaseValues(first);
    assert.ok(bytesInUse() < before);
    const second = allocateShared("float32", 10_000);
    const third = allocateShared("float32", 10_000);
    assert.equal(addressOf(second), address);
    assert.notEqual(addressOf(third), address);
  });

  it("is refused for a size that is no number, and what comes later has a place of its own", () => {
    assert.throws(() => allocate("float64", Number.NaN), InternalError);
    assert.throws(() => allocate("float32", -1), InternalError);
    const some = Array.from({ length: 40 }, (_, i) => allocate("float64", 20).fill(i));
    assert.deepEqual(
      some.map((values) => values[19]),
      some.map((_, i) => i),
    );
  });

  it("that many sizes left behind serves another size", () => {
    const limit = 128 * MIB;
    const take = (bytes: number): Block[] => {
      const taken: Block[] = [];
      for (let block = reserve(bytes, limit); block !== null; block = reserve(bytes, limit))
        taken.push(block);
      return taken;
    };
    const small = take(20_000);
    assert.ok(small.length > 0);
    assert.equal(reserve(MIB, limit), null);
    // Blocks side by side are one piece of memory, between those that other tensors hold.
    const pieces: number[] = [];
    let end = Number.NaN;
    for (const { address, bytes } of small.toSorted((a, b) => a.address - b.address)) {
      if (address === end) pieces.push((pieces.pop() ?? 0) + bytes);
      else pieces.push(bytes);
      end = address + bytes;
    }
    for (const block of small) release(block);
    const large = take(MIB);
    const room = pieces.reduce((count, bytes) => count + Math.floor(bytes / MIB), 0);
    assert.ok(room > 40 && large.length >= room, `${large.length} blocks of 1 MiB where ${room} have room`);
    const ends = large
      .map(({ address, bytes }) => [address, address + bytes] as const)
      .sort(([a], [b]) => a - b);
    for (const [i, [start]] of ends.entries())
      assert.ok(start >= (ends[i - 1]?.[1] ?? 0), "two blocks overlap");
    for (const block of large) release(block);
  });

  it("lives on JavaScript's heap beyond the budget, with the same results", () => {
    const { x, w1 } = model();
    const expected = matmul(x, w1);
    setMemoryBudget(0);
    try {
      const large = randn([300, 300]);
      assert.equal(addressOf(large.data), 0);
      assert.equal(addressOf(mul(large, 2).data), 0);
    } finally {
      setMemoryBudget(256 * MIB);
    }
    assert.deepEqual(matmul(tensor(x), w1).data, expected.data);
  });

  it("of gradients on the way comes back right after a backward pass", () => {
    const of = model();
    const out = of.loss();
    const before = bytesInUse();
    backward(out);
    const matrix = 4 * width * width;
    const grown = bytesInUse() - before;
    assert.ok(
      grown >= 2 * matrix && grown < 2.5 * matrix,
      `grew by ${grown}, two gradients take ${2 * matrix}`,
    );
  });

  it("comes back when nobody holds the tensors: 10,000 steps do not grow", async function () {
    this.timeout(60_000);
    const x = randn([width, width]);
    const w = parameter(randn([width, width]));
    const trainOnce = () => {
      w.grad = null;
      backward(mean(relu(mul(x, w))));
    };
    let most = 0;
    for (let i = 1; i <= 10_000; i++) {
      trainOnce();
      if (i % 2_000 === 0) most = Math.max(most, await settled());
    }
    const few = await settled();
    assert.ok(most <= few + 8 * 4 * width * width, `${most} bytes in use on the way, ${few} at the end`);
  });

  it("stays within the budget in a loop that never yields", () => {
    const of = model();
    setMemoryBudget(8 * MIB);
    // What others left comes back in a later turn only.
    const most = Math.max(8 * MIB, bytesInUse());
    try {
      for (let i = 0; i < 300; i++) stepAndForget(of);
      assert.ok(bytesInUse() <= most, `${bytesInUse()} bytes, of at most ${most}`);
    } finally {
      setMemoryBudget(256 * MIB);
    }
  });
});

describe("memory of tensors where the collector can be asked", () => {
  const usual = collector();
  before(allowCollection);
  after(() => installCollector(usual));

  const side = 512;
  const matrixBytes = 4 * side * side;

  it("comes back in the middle of a turn, but not what is held", () => {
    const held = randn([side, side]);
    const values = held.data.slice();
    const before = bytesInUse();
    let last = held;
    for (let i = 0; i < 400; i++) last = mul(held, i);
    const grown = bytesInUse() - before;
    assert.ok(addressOf(last.data) > 0, "no room is left for the last one");
    assert.ok(grown < 120 * matrixBytes, `400 matrices were made, ${grown / matrixBytes} are still there`);
    assert.deepEqual(held.data, values);
    assert.deepEqual(
      last.data,
      values.map((v) => 399 * v),
    );
  });

  it("leaves the promises of the program to their own time", async () => {
    let isSettled = false;
    const promise = Promise.resolve().then(() => {
      isSettled = true;
    });
    collectUnreachable();
    assert.equal(isSettled, false);
    await promise;
  });
});

describe("dropping a tape", () => {
  it("gives back what operations made, and keeps leaves and their gradients", () => {
    const tape = new Tape();
    const { of, h, out } = record(tape, () => {
      const of = model();
      const h = relu(matmul(of.x, of.w1));
      const out = sum(mul(h, of.w2));
      backward(out);
      return { of, h, out };
    });
    const [weights, gradient] = [of.w1.data.slice(), of.w1.grad?.data.slice()];
    const before = bytesInUse();
    tape.drop();
    const matrix = 4 * width * width;
    const freed = before - bytesInUse();
    assert.ok(freed >= 3 * matrix, `${freed} bytes came back, the results of operations take ${3 * matrix}`);
    for (let i = 0; i < 10; i++) allocateShared("float32", width * width).fill(7);
    assert.deepEqual(of.w1.data, weights);
    assert.deepEqual(of.w1.grad?.data, gradient);
    const useful = (error: unknown) =>
      error instanceof ModelError && /after its values were forgotten/.test(error.message);
    assert.throws(() => h.data, useful);
    assert.throws(() => mul(h, 2), useful);
    assert.throws(() => out.item(), useful);
  });

  it("keeps the values of detached tensors, and gradients that leaves share with others", () => {
    const tape = new Tape();
    const { kept, b } = record(tape, () => {
      const x = parameter(randn([width, width]));
      const b = parameter(3);
      const y = mul(x, 2);
      backward(sum(y).add(b));
      return { kept: y.detach(), b };
    });
    const values = kept.data.slice();
    tape.drop();
    for (let i = 0; i < 10; i++) allocateShared("float32", width * width).fill(7);
    assert.deepEqual(kept.data, values);
    assert.equal(b.grad?.item(), 1);
  });

  it("of earlier steps only touches what it recorded last", () => {
    const tape = new Tape();
    const of = model();
    const losses: Tensor[] = [];
    record(tape, () => {
      for (let i = 0; i < 5; i++) losses.push(step(of));
    });
    tape.drop();
    assert.ok(Number.isFinite(losses[0]?.item()));
    assert.throws(() => losses[4]?.item(), ModelError);
    assert.equal(of.w1.grad?.size, width * width);
  });
});
