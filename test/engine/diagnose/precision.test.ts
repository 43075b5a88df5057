/** Rules about a number format of fewer bits: they speak when a person asked, of what rounding does, and not of symptoms. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "mocha";
import { rules, rulesOf } from "../../../engine/diagnose";
import * as g from "../../../engine/index";
import { type Precision, precisions } from "../../../engine/report/precision";
import type { DiagnosisSettings } from "../../../engine/report/questions";
import { recordTrace } from "../../../engine/tracing/record-trace";
import { onLine, type Pen, sampleRun } from "../sample-run";

/** Layers that are made on lines 10, 11, …; the loss is multiplied by `scale`. */
const network =
  (scale: number, depth = 3, activation: (x: g.Tensor) => g.Tensor = (x) => g.relu(x)) =>
  ({ name }: Pen) => {
    g.manualSeed(0);
    const { images, labels } = g.data.digits({ count: 32 });
    const sizes = Array.from({ length: depth }, (_, i) => [i === 0 ? 64 : 32, i + 1 === depth ? 10 : 32]);
    class Net extends g.nn.Module {
      layers = sizes.map(([from = 0, to = 0], i) => onLine(10 + i, () => new g.nn.Linear(from, to)));
      forward(x: g.Tensor) {
        return this.layers.reduce((h, layer, i) => {
          const out = layer.forward(h);
          return i + 1 === depth ? out : onLine(7, () => activation(out));
        }, x);
      }
    }
    const out = onLine(9, () => name("net", new Net())).forward(images);
    return g.mul(g.crossEntropy(out, labels), scale);
  };

function reportOf(model: (pen: Pen) => g.Tensor, diagnosis: DiagnosisSettings) {
  return recordTrace({ ...sampleRun(model), diagnosis }).report;
}

const found = (
  model: (pen: Pen) => g.Tensor,
  precision: Precision,
  limits: DiagnosisSettings["limits"] = {},
) => reportOf(model, { precision, limits }).findings.filter(({ rule }) => rule.startsWith("precision-"));

describe("rules about fewer bits", () => {
  it("look only where a person asked, and by Gradlens' own rules", () => {
    const own = rules.filter(({ needs }) => needs === "precision").map(({ id }) => id);
    assert.deepEqual(own, ["precision-overflow", "precision-underflow"]);
    assert.deepEqual(
      rulesOf(),
      rules.filter(({ needs }) => needs === null),
    );
    assert.deepEqual(rulesOf({ precision: "fp16" }), rules);
    const { findings, lookedFor } = reportOf(network(1e-9), {});
    assert.deepEqual(findings, []);
    assert.ok(!lookedFor?.some((title) => /fewer bits/.test(title)));
    assert.equal(
      rulesOf({ precision: "fp16", limits: { "precision-underflow": false } }).length,
      rules.length - 1,
    );
    assert.ok(rulesOf({ precision: "fp16", preset: "torchlens" }).every(({ needs }) => needs === null));
  });

  it("are silent where the format holds the gradients", () => {
    for (const precision of ["fp16", "bf16"] as const) assert.deepEqual(found(network(1), precision), []);
    assert.deepEqual(found(network(1e-9), "bf16"), []);
  });

  it("name the layer that loses most, how much, and the loss scale that saves it", () => {
    const [finding, ...others] = found(network(1e-5), "fp16");
    assert.ok(finding);
    assert.deepEqual(others, []);
    assert.equal(finding.rule, "precision-underflow");
    assert.equal(finding.site?.line, 10);
    const { layer, share, lossScale, saved } = finding.evidence;
    assert.equal(layer, "net.layers.0");
    assert.ok(Number(share) > 0.5 && Number(saved) >= 0.999 && Number(lossScale) > 1000);
    assert.match(
      finding.headline,
      /^In fp16, gradients of net\.layers\.0 and 3 more layers are lost: [\d.]+ % of the elements of net\.layers\.0 become 0\.$/,
    );
    assert.match(finding.fixes[0]?.title ?? "", /^Multiply the loss by 2\^\d+ = /);
    assert.deepEqual(found(network(1e-5 * Number(lossScale)), "fp16"), []);
    const at = Math.log2(Number(lossScale));
    assert.ok(Number.isInteger(at));
    assert.notDeepEqual(found(network(1e-5 * 2 ** (at - 8)), "fp16"), []);
  });

  it("go by a share that a person may set", () => {
    const layersAt = (share: number) =>
      found(network(1e-5), "fp16", { "precision-underflow.share": share }).map(
        ({ evidence }) => evidence.layers,
      );
    const [{ evidence } = assert.fail()] = found(network(1e-5), "fp16");
    assert.deepEqual(layersAt(Number(evidence.share) - 1e-9), [2]);
    assert.deepEqual(layersAt(Number(evidence.share) + 1e-9), [1]);
    assert.deepEqual(layersAt(1), []);
  });

  it("name what is too large, what becomes of it, and the factor below 1", () => {
    for (const [precision, becomes] of [
      ["fp16", /They become infinite/],
      ["fp8-e4m3", /They become 448\./],
    ] as const) {
      const [finding] = found(network(1e8), precision, { "exploding-gradient": false });
      assert.ok(finding);
      assert.equal(finding.rule, "precision-overflow");
      assert.match(finding.explanation, becomes);
      const { lossScale, layer } = finding.evidence;
      assert.ok(Number(lossScale) < 1 && String(layer).length > 0);
      const after = found(network(1e8 * Number(lossScale)), precision);
      assert.ok(!after.some(({ rule }) => rule === "precision-overflow"));
    }
    assert.deepEqual(found(network(1e8), "bf16"), []);
    assert.deepEqual(
      found(network(1e8), "int8").filter(({ rule }) => rule === "precision-overflow"),
      [],
    );
  });

  it("in int8 go by what lies far below the largest element of its tensor", () => {
    const model = () => {
      const x = g.parameter(g.zeros([40]));
      const slopes = Array.from({ length: 40 }, (_, i) => (i === 0 ? 1 : 1e-3));
      return g.sum(onLine(4, () => g.mul(x, g.tensor(slopes))));
    };
    const [finding] = found(model, "int8");
    assert.equal(finding?.rule, "precision-underflow");
    assert.match(finding.fixes[0]?.title ?? "", /one factor for each row/);
    assert.deepEqual(found(model, "fp16"), []);
  });

  it("leave the word to what is the cause", () => {
    const vanishing = network(1, 12, (x) => g.sigmoid(x));
    const { findings } = reportOf(vanishing, { precision: "fp16" });
    assert.deepEqual(
      findings.map(({ rule }) => rule),
      ["vanishing-gradient"],
    );
    assert.ok(
      findings[0]?.related.some(({ message }) =>
        /^In fp16, gradients of net\.layers\.0 .* are lost/.test(message),
      ),
    );
    const alone = reportOf(vanishing, { precision: "fp16", limits: { "vanishing-gradient": false } });
    assert.ok(alone.findings.some(({ rule }) => rule === "precision-underflow"));
  });

  it("have a measure that an edit changes", () => {
    const measure = (scale: number) =>
      recordTrace({
        ...sampleRun(network(scale)),
        diagnosis: { precision: "fp16" },
        measures: ["precision-underflow"],
      }).report.measures.find(({ rule }) => rule === "precision-underflow");
    assert.match(measure(1)?.label ?? "", /lost in fp16/);
    assert.ok((measure(1e-5)?.value ?? 0) > (measure(1)?.value ?? 1));
  });

  it("are asked for by a setting that names each format", () => {
    const { contributes } = JSON.parse(readFileSync("package.json", "utf8")) as {
      contributes: { configuration: { properties: Record<string, Record<string, unknown>> } };
    };
    const row = contributes.configuration.properties["gradlens.diagnosis.precision"] ?? {};
    assert.deepEqual(row.enum, ["off", ...Object.keys(precisions)]);
    assert.deepEqual((row.enumDescriptions as string[]).slice(1), Object.values(precisions));
    assert.equal(row.default, "off");
  });
});
