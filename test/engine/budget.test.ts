/** The budget of a check: what is compared in it, what is said when it is over. Time is what a clock of the test says. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { type CheckOptions, checkGradients } from "../../engine/check";
import { Pace } from "../../engine/check/differences/pace";
import { checkHandWritten, handWrittenClass } from "../../engine/check/hand-written";
import * as g from "../../engine/index";
import type { Check } from "../../engine/report/report";
import { type Pen, sampleRun } from "./sample-run";

const SIZE = 1500;

/** Σ sin(x) · 2, whose gradient is wrong at one element if asked; each evaluation takes a millisecond of the clock. */
function slowModel(wrongAt = -1) {
  let ms = 0;
  const op = g.customOp({
    name: "slow",
    forward(x) {
      ms += 1;
      return g.mul(g.sum(g.sin(x)), 2);
    },
    backward({ grad, inputs: [x] }) {
      const out = g.mul(grad, g.mul(g.cos(x as g.Tensor), 2));
      if (wrongAt >= 0) out.data[wrongAt] = 0.5 + (out.data[wrongAt] ?? 0);
      return out;
    },
  });
  const values = Array.from({ length: SIZE }, (_, i) => Math.sin(i));
  const model = ({ name }: Pen) => {
    const w = name("w", g.parameter(values, { dtype: "float64" }));
    const b = name("b", g.parameter([0.5, 0.25], { dtype: "float64" }));
    return g.add(op(w), g.sum(g.square(b)));
  };
  return { run: sampleRun(model), clock: () => ms };
}

async function checkWithin(budgetMs: number, wrongAt = -1, options: CheckOptions = {}): Promise<Check[]> {
  const { run, clock } = slowModel(wrongAt);
  return checkGradients(run, { kind: "all" }, { budgetMs: clock() + budgetMs, clock, ...options });
}

describe("the budget of a check", () => {
  it("is enough or it is said how many elements were compared, and that the directions agree", async () => {
    const [all] = await checkWithin(1e6);
    assert.deepEqual([all?.verdict, all?.checked, all?.complete], ["ok", SIZE, true]);
    const [part] = await checkWithin(400);
    assert.deepEqual([part?.verdict, part?.complete], ["unfinished", false]);
    assert.match(
      part?.message ?? "",
      /^\d+ of 1,500 elements compared, no fault so far; .* random direction/,
    );
    assert.ok((part?.checked ?? 0) > 0 && (part?.checked ?? SIZE) < SIZE, String(part?.checked));
  });

  it("leaves time for the small ones beside a large one", async () => {
    const checks = await checkWithin(400);
    assert.deepEqual(
      checks.map(({ parameter, verdict }) => [parameter, verdict]),
      [
        ["w", "unfinished"],
        ["b", "ok"],
      ],
    );
  });

  it("finds one wrong element, and its operation, long before every element could be compared", async () => {
    const [check] = await checkWithin(600, 777);
    assert.equal(check?.verdict, "wrong-derivative", check?.message);
    assert.deepEqual([check.worst?.index, check.culprit?.op], [[777], "slow"]);
  });

  it("is over before anything was compared: not checked, which is not fine", async () => {
    const checks = await checkWithin(0);
    for (const { verdict, complete, checked } of checks)
      assert.deepEqual([verdict, complete, checked], ["not-checked", false, 0]);
    assert.equal(checks.length, 2);
  });

  it("keeps what was compared when the check is cancelled", async () => {
    let asked = 0;
    const [check] = await checkWithin(1e6, -1, { isCancelled: () => ++asked > 60 });
    assert.equal(check?.verdict, "unfinished");
    assert.ok((check?.checked ?? 0) > 0);
  });

  it("is shared by the parts of a hand-written layer: a direction for each, then elements, small parts first", async () => {
    let ms = 0;
    class Slow {
      W = Array.from({ length: 800 }, (_, i) => Math.cos(i));
      dW: number[] = [];
      b = [0.5];
      db: number[] = [];
      x: number[] = [];
      forward(x: number[]): number {
        ms += 1;
        this.x = x;
        return x.reduce((sum, v, i) => sum + v * v * (this.W[i] ?? 0), this.b[0] ?? 0);
      }
      backward(grad: number): number[] {
        this.dW = this.x.map((v) => grad * v * v);
        this.db = [grad];
        return this.x.map((v, i) => 2 * grad * v * (this.W[i] ?? 0));
      }
    }
    const inputs = [Array.from({ length: 800 }, (_, i) => Math.sin(i))];
    const layer = handWrittenClass(new Slow(), { name: "Slow", inputs });
    const pace = new Pace({ clock: () => ms, deadline: ms + 600 });
    const { checks } = await checkHandWritten(layer, { rtol: 1e-6, atol: 0 }, pace);
    assert.deepEqual(
      checks.map(({ parameter, verdict }) => `${parameter} ${verdict}`),
      ["input 1 unfinished", "W unfinished", "b ok"],
    );
    for (const { message } of checks.slice(0, 2)) assert.match(message, /agrees along a random direction/);
  });
});
