/** What a trace tells of layers and weights that are made too late, and of values that leave the graph. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import * as g from "../../engine/index";
import { readsData, writesData } from "../../engine/tracing/data-access";
import { onLine, sampleRun } from "./sample-run";
import { asLoss, ofModel, pick, type Row, tableOf } from "./table-rows";

class Forgetful extends g.nn.Module {
  kept = new g.nn.Linear(2, 2);
  forward(x: g.Tensor) {
    const inner = onLine(3, () => new g.nn.Linear(2, 2));
    return inner.forward(this.kept.forward(x));
  }
}

describe("what a trace tells of things made too late", () => {
  it("is which layers and weights were made while another layer ran", () => {
    const run = sampleRun(() => {
      const net = new Forgetful();
      return g.sum(net.forward(g.ones([1, 2])));
    });
    const made = tableOf(run, "modules").filter(({ made }) => made === 1);
    assert.deepEqual(pick(made, "type", "site"), [["Linear", 3]]);
    assert.equal(tableOf(run, "fresh").length, 2);
  });

  it("is which were made while the loss was computed", () => {
    const run = sampleRun(() => {
      const before = g.parameter([1, 2]);
      return asLoss(() => {
        const w = g.randn([2], { requiresGrad: true });
        const frozen = g.randn([2]);
        const copy = new g.nn.Linear(2, 2).deepCopy();
        const sum = g.add(g.add(w, frozen), before.detach().requiresGrad_());
        return g.add(g.sum(copy.forward(g.reshape(sum, [1, 2]))), g.sum(before));
      });
    });
    // The weight, and those of the copy.
    assert.equal(tableOf(run, "fresh").length, 3);
    assert.deepEqual(pick(tableOf(run, "modules"), "made"), [[1]]);
  });

  it("is nothing for what stands before the loss, whose inputs may take gradients", () => {
    const run = sampleRun((pen) => {
      const net = new g.nn.Linear(2, 2);
      const x = pen.name("x", g.ones([1, 2]));
      return asLoss(() => g.sum(net.forward(x.requiresGrad_())));
    });
    assert.deepEqual(tableOf(run, "fresh"), []);
    assert.deepEqual(pick(tableOf(run, "modules"), "made"), [[0]]);
  });

  it("is told beside whether a layer was in training mode", () => {
    const rows = ofModel("modules", () => {
      const net = new g.nn.Sequential(new g.nn.Linear(2, 2), new g.nn.Dropout(0.5).eval());
      return g.sum(net.forward(g.ones([1, 2])));
    });
    assert.deepEqual(pick(rows, "type", "training").toSorted(), [
      ["Dropout", 0],
      ["Linear", 1],
      ["Sequential", 1],
    ]);
  });
});

const ways = (rows: readonly Row[]) => pick(rows, "how", "site");
const cutsOf = (model: (w: g.Tensor, h: g.Tensor) => g.Tensor) =>
  ofModel("cuts", () => {
    const w = g.parameter([1, 2]);
    return asLoss(() => model(w, g.square(w)));
  });

describe("cuts of a trace", () => {
  it("are what detach, noGrad and operations without a derivative made", () => {
    const rows = cutsOf((w, h) => {
      const parts = [
        onLine(1, () => h.detach()),
        onLine(2, () => g.noGrad(() => onLine(3, () => g.exp(h)))),
        g.cast(
          onLine(4, () => g.argmax(h)),
          "float32",
        ),
        onLine(5, () => g.round(h)),
      ];
      return g.sum(parts.reduce((sum, part) => g.add(sum, part), w));
    });
    assert.deepEqual(ways(rows).toSorted(), [
      ["argmax", 4],
      ["detach", 1],
      ["noGrad", 2],
      ["operation", 5],
    ]);
    for (const { from, to } of rows) assert.ok(from !== null && to !== null && Number(from) < Number(to));
  });

  it("are numbers that were read while the loss was computed", () => {
    const rows = cutsOf((w, h) => {
      const numbers = onLine(1, () => h.toArray()) as number[];
      const number = onLine(2, () => g.sum(h).item());
      const scale = g.parameter(3);
      const factor = g.mul(
        scale,
        onLine(3, () => scale.item()),
      );
      return g.mul(factor, g.sum(g.mul(w, number + (numbers[0] ?? 0))));
    });
    assert.deepEqual(pick(rows, "how", "site", "to"), [
      ["toArray", 1, null],
      ["item", 2, null],
      ["item", 3, null],
    ]);
  });

  it("are tensors made of other tensors, or of their data", () => {
    const rows = cutsOf((w, h) => {
      const copy = onLine(1, () => g.tensor(h));
      const again = onLine(2, () => g.tensor(readsData("7:1:7:9:/model.ts", h).data));
      const weights = g.tensor(readsData("8:1:8:9:/model.ts", w).data);
      const first = readsData("9:1:9:9:/model.ts", w).data[0] ?? 0;
      return g.sum(g.mul(g.mul(g.mul(g.mul(w, copy), again), weights), first));
    });
    assert.deepEqual(ways(rows), [
      ["copy", 1],
      ["data", 7],
      ["data", 8],
      ["data", 9],
    ]);
    for (const { from, to, site } of rows) assert.ok(from !== null && (to === null) === (site === 9));
  });

  it("are none outside of the loss and of layers, nor inside of operations", () => {
    const own = g.customOp({
      name: "halved",
      forward: (x: g.Tensor) => g.tensor(readsData("1:1:1:2:/model.ts", x).data.map((v) => v / 2)),
      backward: ({ grad }) => g.mul(grad, 0.5),
    });
    const rows = ofModel("cuts", () => {
      const w = g.parameter([1, 2]);
      const h = g.square(w);
      g.tensor(readsData("1:1:1:2:/model.ts", h).data[0] ?? 0);
      g.sum(h).item();
      return asLoss(() => g.sum(own(g.add(h, g.tanh(h)))));
    });
    assert.deepEqual(rows, []);
  });

  it("forget those of earlier steps", () => {
    const rows = ofModel("cuts", () => {
      const w = g.parameter([1, 2]);
      const step = (line: number) => {
        const loss = g.sum(g.square(w));
        asLoss(() => onLine(line, () => loss.item()));
        return loss;
      };
      for (let i = 1; i <= 50; i++) step(i).backward();
      return step(51);
    });
    assert.deepEqual(ways(rows).at(-1), ["item", 51]);
    assert.ok(rows.length <= 2);
  });
});

describe("writes by the text", () => {
  it("are kept for leaves, the last few of each, each place once", () => {
    const rows = ofModel("writes", () => {
      const w = g.parameter([1, 2, 3]);
      const place = (line: number) => `${line}:1:${line}:9:/model.ts`;
      for (let i = 0; i < 3; i++) writesData("element", place(1), w).data[i] = 0;
      for (let line = 2; line <= 5; line++) writesData("fill", place(line), w).data.fill(line);
      const h = g.square(w);
      writesData("fill", place(6), h);
      for (const other of [3, null, undefined, "text", { data: [] }])
        assert.equal(writesData("set", place(7), other), other);
      return g.sum(h);
    });
    assert.deepEqual(ways(rows), [
      ["fill", 2],
      ["fill", 3],
      ["fill", 4],
      ["fill", 5],
    ]);
  });
});
