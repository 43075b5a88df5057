/** The report of a run: numbering, names, layers, bindings, gains. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import * as g from "../../engine/index";
import { numberTensors } from "../../engine/tracing/numbered";
import { recordTrace } from "../../engine/tracing/record-trace";
import { lineSite, onLine, sampleRun } from "./sample-run";

function twoLayers() {
  return sampleRun((pen) => {
    g.manualSeed(1);
    class Net extends g.nn.Module {
      first = onLine(2, () => new g.nn.Linear(3, 4));
      rest = [onLine(3, () => new g.nn.Linear(4, 2))];
      forward(x: g.Tensor) {
        const h = pen.name(
          "h",
          onLine(6, () => g.relu(this.first.forward(pen.name("x", x, "parameter")))),
        );
        return this.rest.reduce((out, layer) => layer.forward(out), h);
      }
    }
    const net = pen.name(
      "net",
      onLine(10, () => new Net()),
    );
    const data = pen.name("data", g.tensor([[1, 2, 3]]));
    return onLine(12, () => g.sum(g.square(net.forward(data))));
  });
}

describe("report", () => {
  it("numbers tensors so that inputs come first", () => {
    const { nodes } = recordTrace(twoLayers()).report;
    nodes.forEach(({ id, inputs }, i) => {
      assert.equal(id, i);
      assert.ok(inputs.every((input) => input < id));
    });
  });

  it("shows as a parameter what was computed without gradients and takes one from then on", () => {
    const run = sampleRun((pen) => {
      const w = pen.name("w", g.mul(g.tensor([1, 2]), 0.1).requiresGrad_());
      assert.ok(w.isLeaf);
      assert.throws(() => g.neg(w).requiresGrad_(), /computed from others/);
      return g.sum(g.square(w));
    });
    const { parameters, nodes } = recordTrace(run).report;
    const [w] = parameters.map(({ name, node }) => ({ name, node: nodes[node] }));
    assert.deepEqual([w?.name, w?.node?.kind, w?.node?.inputs], ["w", "parameter", []]);
    assert.ok(w?.node?.grad && w.node.grad.norm > 0);
  });

  it("is told apart from a leaf by its gradient alone, traced or not, whoever says that it takes one", () => {
    const model = () => {
      const w = g.mul(g.tensor([1, 2]), 0.1);
      const idle = g.mul(g.tensor([1, 2]), 0.1);
      assert.deepEqual([w.isLeaf, idle.isLeaf], [true, true]);
      idle.retainGrad();
      w.requiresGrad = true;
      assert.deepEqual([w.isLeaf, g.neg(w).isLeaf], [true, false]);
      const loss = g.sum(g.square(w));
      loss.backward();
      assert.ok(w.grad);
      assert.throws(() => {
        g.tensor([1], { dtype: "int32" }).requiresGrad = true;
      }, /needs float32 or float64, found int32/);
      return loss;
    };
    model();
    const { trace, report } = recordTrace(sampleRun(model));
    assert.equal(report.parameters.length, 1);
    // In a trace, what was computed without gradients is a result all the same.
    const unused = report.nodes.filter(({ op, requiresGrad }) => op === "mul" && !requiresGrad);
    assert.deepEqual(
      unused.map(({ id }) => trace.tables.nodes.flags[id]),
      [0],
    );
  });

  it("names layers by variable and field, and parameters by their path", () => {
    const { scopes, parameters, nodes, loss } = recordTrace(twoLayers()).report;
    assert.deepEqual(
      scopes.map(({ path, type, parent, parameters: count }) => [path, type, parent, count]),
      [
        ["", "", null, 26],
        ["net", "Net", 0, 26],
        ["net.first", "Linear", 1, 16],
        ["net.rest.0", "Linear", 1, 10],
      ],
    );
    assert.deepEqual(
      parameters.map(({ name }) => name),
      ["net.first.weight", "net.first.bias", "net.rest.0.weight", "net.rest.0.bias"],
    );
    assert.deepEqual(scopes[2]?.site, lineSite(2));
    assert.equal(nodes.find(({ op }) => op === "relu")?.name, "h");
    assert.equal(nodes.find(({ kind }) => kind === "input")?.name, "data");
    assert.deepEqual(loss?.site, lineSite(12));
  });

  it("adds up gradients by layer", () => {
    const { scopes, parameters } = recordTrace(twoLayers()).report;
    const norms = parameters.map(({ gradNorm }) => gradNorm ?? Number.NaN);
    assert.ok(Math.abs((scopes[0]?.gradNorm ?? 0) - Math.hypot(...norms)) < 1e-9);
  });

  it("keeps the iterations of a loop in order", () => {
    const { report } = recordTrace(
      sampleRun((pen) => {
        let x: g.Tensor = g.tensor(8, { requiresGrad: true });
        const halve = (value: g.Tensor) => g.div(value, 2);
        for (let i = 0; i < 3; i++) x = pen.name("x", halve(x));
        return x;
      }),
    );
    assert.deepEqual(
      report.bindings.flatMap(({ nodes }) => nodes.map((node) => report.nodes[node]?.value.item)),
      [4, 2, 1],
    );
  });

  it("gives the gain of each operation, also where a tensor is used twice", () => {
    const { nodes } = recordTrace(
      sampleRun(() => {
        const x = g.tensor(3, { requiresGrad: true, dtype: "float64" });
        return g.mul(g.mul(x, 5), g.mul(x, x));
      }),
    ).report;
    // Each factor of a product gets the gradient times the other factor.
    const gains = nodes.filter(({ kind }) => kind === "operation").map(({ gain }) => gain);
    const expected = [5, Math.hypot(3, 3), Math.hypot(15, 9)];
    gains.forEach((gain, i) => {
      assert.ok(Math.abs((gain ?? 0) - (expected[i] ?? 0)) < 1e-9, `${gain} at ${i}`);
    });
  });

  it("shows a detached value as an operation that stops the gradient", () => {
    const { nodes } = recordTrace(
      sampleRun(() => {
        const w = g.tensor([1, 2], { requiresGrad: true });
        return g.sum(g.mul(w, g.mul(w, 2).detach()));
      }),
    ).report;
    const cut = nodes.find(({ op }) => op === "detach");
    assert.equal(cut?.role, "stops");
    assert.equal(nodes[cut?.inputs[0] ?? -1]?.op, "mul");
  });

  it("leaves out operations beyond the limit, from the middle, and counts them", () => {
    const run = sampleRun(() => {
      let x: g.Tensor = g.tensor(1, { requiresGrad: true });
      for (let i = 0; i < 50; i++) x = g.add(x, 1);
      return x;
    });
    const { omitted, operations } = numberTensors(run, new Set(), 10);
    assert.equal(omitted, 40);
    assert.equal(operations.filter((operation) => operation !== null).length, 10);
    assert.equal(operations.at(-1)?.out, run.loss);
  });
});
