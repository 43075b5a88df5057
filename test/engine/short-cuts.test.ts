/** Short cuts of the gradient check: none gives another value than the operations themselves. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { checkGradients } from "../../engine/check";
import { addUpChanged } from "../../engine/check/differences/add-up-changed";
import { downstreamOf } from "../../engine/check/differences/batch";
import { inFloat64, replay } from "../../engine/check/differences/replay";
import type { Perturbed } from "../../engine/check/differences/variants";
import { allOps } from "../../engine/core/op";
import { RandomGenerator } from "../../engine/core/random";
import { Sampler } from "../../engine/core/sampler";
import { Node } from "../../engine/core/tape";
import { Tensor } from "../../engine/core/tensor";
import * as g from "../../engine/index";
import type { Check } from "../../engine/report/report";
import { sampleRun } from "./sample-run";

async function check(model: (w: g.Tensor) => g.Tensor, values: number[] | number[][]): Promise<Check> {
  const run = sampleRun(({ name }) => model(name("w", g.parameter(values, { dtype: "float64" }))));
  const [found] = await checkGradients(run, { kind: "all" });
  assert.ok(found);
  return found;
}

function float64(values: number[] | number[][]): g.Tensor {
  return g.tensor(values, { dtype: "float64" });
}

/** Changed elements of a few variants, or all elements of them. */
function changesOf(x: Tensor, each: number, random: RandomGenerator): Perturbed[] {
  const near = (e: number) => (x.data[e] as number) * (1 + 0.1 * random.uniform()) + 0.01 * random.uniform();
  const index = Int32Array.from({ length: 3 * each }, (_, n) => (5 * n + 2) % x.size);
  return [
    { kind: "sparse", each, index, data: Float64Array.from(index, near) },
    { kind: "dense", data: Float64Array.from({ length: 3 * x.size }, (_, n) => near(n % x.size)) },
  ];
}

describe("gradient check: short cuts", () => {
  for (const count of [1, 2, 3, 5, 7, 9, 11, 13]) {
    it(`passes a regression over ${count} samples with mean, mseLoss, smooth and absolute losses`, async () => {
      const x = float64(Array.from({ length: count }, (_, i) => [Math.sin(3 * i), Math.cos(i)]));
      const y = float64(Array.from({ length: count }, (_, i) => [1.5 * Math.sin(i + 2)]));
      const losses: readonly ((p: g.Tensor) => g.Tensor)[] = [
        (p) => g.mseLoss(p, y),
        (p) => g.mean(g.square(g.sub(p, y))),
        (p) => g.l1Loss(p, y),
        (p) => g.smoothL1Loss(p, y),
        (p) => g.sum(g.square(g.mean(p, { dim: 0 }))),
        (p) => g.mean(p),
        (p) => g.sum(g.square(g.mean(g.cat([p, g.sin(p)], { dim: 1 }), { dim: 0 }))),
        (p) => g.square(g.mean(g.tanh(g.reshape(p, [count])))),
      ];
      for (const loss of losses) {
        const found = await check((w) => loss(g.matmul(x, w)), [[0.3], [-0.8]]);
        assert.equal(found.verdict, "ok", found.message);
      }
    });
  }

  for (const [name, reduce] of Object.entries({ sum: g.sum, mean: g.mean }))
    it(`adds up what changed elements change in a ${name} as the ${name} itself does`, () => {
      const x = float64([1, -2, 3.5, 0.25, 7, -0.5, 2]);
      const run = sampleRun(({ name }) => reduce(name("x", g.parameter(x))));
      const node = run.tape.nodes.at(-1);
      const random = new RandomGenerator(3);
      const [few] = changesOf(x, 2, random);
      assert.ok(node && few?.kind === "sparse");
      const expected = [0, 1, 2].map((k) => {
        const changed = x.data.slice();
        for (const e of [2 * k, 2 * k + 1]) changed[few.index[e] as number] = few.data[e] as number;
        return reduce(new Tensor(changed, x.shape, x.dtype)).item();
      });
      const found = addUpChanged(node, few, 3);
      assert.ok(found);
      found.data.forEach((value, k) => {
        assert.ok(Math.abs(value - (expected[k] as number)) < 1e-12, `${value}, not ${expected[k]}`);
      });
    });

  const weak: readonly [string, (x: g.Tensor) => g.Tensor][] = [
    ["a little of the sum in each element", (x) => g.add(x, g.mul(g.sum(x), 1e-7))],
    ["the number of elements", (x) => g.div(x, x.size)],
    ["the middle element and a little of the others", (x) => g.add(g.mean(x), g.mul(g.max(x), 1e-6))],
    ["the place of an element", (x) => g.mul(x, g.tensor(Array.from(x.data, (_, i) => 1 + i)))],
    ["the order of the values", (x) => g.sort(x)[0]],
  ];
  for (const [name, forward] of weak) {
    for (const size of [1, 2, 5, 10, 11]) {
      it(`an operation of the file that depends on ${name}, ${size} elements`, async () => {
        // The derivative of the very same function, recorded.
        const op = g.customOp({
          name: "mine",
          forward,
          backward: ({ grad, inputs: [x] }) => g.vjp(forward, [x as g.Tensor])[1](grad),
        });
        const values = Array.from({ length: size }, (_, i) => Math.cos(2 * i) + 0.05 * i);
        const found = await check((w) => g.sum(g.square(g.add(op(g.mul(w, 1.1)), 0.3))), values);
        assert.equal(found.verdict, "ok", found.message);
      });
    }
  }

  it("gives what every operation gives by itself, at all of their samples", () => {
    const random = new RandomGenerator(3);
    let compared = 0;
    for (const op of allOps().values()) {
      for (const { inputs, attrs } of op.samples(new Sampler(5))) {
        const leaves = inputs.map(
          (x) => new Tensor(x.data, x.shape, x.dtype, x.data instanceof Float64Array),
        );
        const out = inFloat64(() => op.forward(leaves, attrs));
        if (!(out.data instanceof Float64Array)) continue;
        const result = new Tensor(out.data, out.shape, out.dtype, true);
        result.node = new Node(op, leaves, attrs, result, null);
        const weights = float64(Array.from(out.data, (_, i) => Math.sin(i + 1)));
        const again = replay(g.sum(g.mul(g.reshape(result, [result.size]), weights)));
        for (const leaf of leaves) {
          const slot = again.slotOf(leaf);
          if (slot === undefined || !leaf.requiresGrad || leaf.size === 0) continue;
          const of = downstreamOf(again, slot);
          for (const variants of [1, 2].flatMap((each) =>
            each > leaf.size ? [] : changesOf(of.x, each, random),
          )) {
            const [fast, slow] = [of.losses(variants, 3), of.plain.losses(variants, 3)];
            fast.forEach((v, k) => {
              const wanted = slow[k] as number;
              assert.ok(
                Object.is(v, wanted) || Math.abs(v - wanted) <= 1e-9 * Math.max(1, Math.abs(wanted)),
                `${op.name}: ${v} instead of ${wanted}`,
              );
            });
            compared++;
          }
        }
      }
    }
    assert.ok(compared > 500, `${compared}`);
  });
});

describe("gradient check: its effort", () => {
  it("a layer's product runs a few times, not once for each of its weights", async () => {
    const { op } = g.linear;
    const forward = op.forward;
    let calls = 0;
    // Only here the record of an operation is changed: to count.
    Object.assign(op, {
      forward(...args: Parameters<typeof forward>) {
        calls++;
        return forward(...args);
      },
    });
    try {
      const x = float64(
        Array.from({ length: 8 }, (_, i) => Array.from({ length: 6 }, (_, j) => Math.sin(i + 7 * j))),
      );
      const first = g.parameter(g.randn([40, 6]), { dtype: "float64" });
      const second = g.parameter(g.randn([3, 40]), { dtype: "float64" });
      const checks = await g.gradcheck(
        () => g.sum(g.linear(g.tanh(g.linear(x, first)), second)),
        [first, second],
      );
      assert.deepEqual(
        checks.map(({ verdict }) => verdict),
        ["ok", "ok"],
      );
    } finally {
      Object.assign(op, { forward });
    }
    assert.ok(calls > 0 && calls < 120, `${calls} calls for 360 weights`);
  });
});
