/** The diagnosis: each rule speaks up where it should, with its numbers, and stays silent about healthy runs. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import * as g from "../../engine/index";
import type { Finding } from "../../engine/report/report";
import { recordTrace } from "../../engine/tracing/record-trace";
import { onLine, type Pen, sampleRun } from "./sample-run";

function findings(model: (pen: Pen) => g.Tensor): readonly Finding[] {
  const { findings: found } = recordTrace(sampleRun(model)).report;
  for (const { headline, explanation, message } of found) {
    assert.match(headline, /^\S.*\.$/s);
    assert.equal([headline, explanation].filter((each) => each !== "").join(" "), message);
  }
  return found;
}

/** A plain network on the digits; the activation is called on line 7. */
function network(
  depth: number,
  activation: (x: g.Tensor) => g.Tensor,
  prepare?: (layer: g.nn.Linear) => void,
) {
  return (pen: Pen) => {
    g.manualSeed(0);
    const { images, labels } = g.data.digits({ count: 64 });
    class Net extends g.nn.Module {
      layers = Array.from({ length: depth }, (_, i) =>
        onLine(10 + i, () => new g.nn.Linear(i === 0 ? 64 : 32, i === depth - 1 ? 10 : 32)),
      );
      forward(x: g.Tensor) {
        return this.layers.reduce((h, layer, i) => {
          const out = layer.forward(h);
          return i === depth - 1 ? out : onLine(7, () => activation(out));
        }, x);
      }
    }
    const net = pen.name("net", new Net());
    for (const layer of net.layers) prepare?.(layer);
    return g.crossEntropy(net.forward(images), labels);
  };
}

describe("diagnosis", () => {
  it("names the sigmoid in whose calls the gradient vanishes", () => {
    const [finding, ...others] = findings(network(12, (x) => g.sigmoid(x)));
    assert.deepEqual(others, []);
    assert.equal(finding?.rule, "vanishing-gradient");
    assert.equal(finding.site?.line, 7);
    assert.equal(finding.evidence.operation, "sigmoid");
    assert.ok(Number(finding.evidence.worstFactor) <= 0.25);
    assert.ok(Number(finding.evidence.ratio) < 1e-4);
    assert.equal(finding.related[0]?.site.line, 10);
    assert.match(finding.message, /through 12 layers.*11 calls of sigmoid/);
  });

  it("is silent about a healthy network", () => {
    assert.deepEqual(findings(network(2, (x) => g.relu(x))), []);
    assert.deepEqual(findings(network(4, (x) => g.tanh(x))), []);
  });

  it("is silent about scalars", () => {
    const product = ({ name }: Pen) => {
      const x = name("x", g.tensor(-2, { requiresGrad: true }));
      const y = name("y", g.tensor(5, { requiresGrad: true }));
      const z = name("z", g.tensor(-4, { requiresGrad: true }));
      return g.mul(g.add(x, y), z);
    };
    assert.deepEqual(findings(product), []);
    const tiny = () => g.mul(g.tensor(1e-9, { requiresGrad: true }), 1e-9);
    assert.deepEqual(findings(tiny), []);
  });

  it("sees gradients that are too large, and gradients that grow from layer to layer", () => {
    const enlarge = (layer: g.nn.Linear) => {
      layer.weight.data.forEach((v, i) => {
        layer.weight.data[i] = 12 * v;
      });
    };
    const [large] = findings(network(8, (x) => g.relu(x), enlarge));
    assert.equal(large?.rule, "exploding-gradient");
    assert.ok(Number(large.evidence.norm) > 1e4);
    const [growing] = findings(network(8, (x) => g.sin(x), enlarge));
    assert.equal(growing?.rule, "exploding-gradient");
    assert.equal(growing.evidence.layer, "net.layers.0");
    assert.ok(Number(growing.evidence.ratio) > 70);
  });

  it("sees a loss between shapes that broadcast", () => {
    const loss = (target: readonly number[]) => (pen: Pen) => {
      const x = pen.name("x", g.parameter(g.randn(4, 1)));
      return onLine(3, () => g.mseLoss(x, g.ones(target)));
    };
    const [finding] = findings(loss([4]));
    assert.equal(finding?.rule, "broadcast-loss");
    assert.equal(finding.severity, "warning");
    assert.equal(finding.site?.line, 3);
    assert.match(finding.message, /shape \[4, 1\] with a target of shape \[4\]/);
    for (const fits of [[4, 1], []]) assert.deepEqual(findings(loss(fits)), []);
  });

  it("names the first operation that made NaN going forward, with its operands", () => {
    const [finding] = findings(({ name }) => {
      const x = name("x", g.tensor([1, -3], { requiresGrad: true }));
      const logs = onLine(5, () => g.log(x));
      return g.sum(onLine(6, () => g.mul(logs, 2)));
    });
    assert.equal(finding?.rule, "non-finite");
    assert.equal(finding.site?.line, 5);
    assert.equal(finding.evidence.pass, "forward");
    assert.match(finding.message, /x from -3 to 1/);
  });

  it("names the operation whose backward pass made infinity, and the trap of where()", () => {
    const [finding] = findings(({ name }) => {
      const x = name("x", g.tensor([0, 4], { requiresGrad: true }));
      const roots = onLine(5, () => g.sqrt(x));
      return g.sum(onLine(6, () => g.where(g.gt(x, 1), roots, g.tensor([0, 0]))));
    });
    assert.equal(finding?.rule, "non-finite");
    assert.equal(finding.evidence.pass, "backward");
    assert.equal(finding.site?.line, 5);
    assert.match(finding.message, /where\(\)/);
  });
});
