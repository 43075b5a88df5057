/** What a person sets for the diagnosis: limits, rules that are off, and the rules of other tools. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "mocha";
import { rules, rulesOf, wrongOwnLimits } from "../../../engine/diagnose";
import { otherTools } from "../../../engine/diagnose/presets";
import * as g from "../../../engine/index";
import { type PresetName, presetNames } from "../../../engine/report/preset-names";
import type { DiagnosisSettings } from "../../../engine/report/questions";
import { recordTrace } from "../../../engine/tracing/record-trace";
import { onLine, sampleRun } from "../sample-run";

type Activation = (x: g.Tensor) => g.Tensor;

function findingsWith(diagnosis: DiagnosisSettings, model: () => g.Tensor) {
  return recordTrace({ ...sampleRun(model), diagnosis }).report.findings;
}

function rulesFound(diagnosis: DiagnosisSettings, model: () => g.Tensor): string[] {
  return findingsWith(diagnosis, model).map(({ rule }) => rule);
}

/** Layers of 16 units, the activation on line 7. */
function network(depth: number, activation: Activation, prepare: (layer: g.nn.Linear) => void = () => {}) {
  return () => {
    g.manualSeed(0);
    const { images, labels } = g.data.digits({ count: 32 });
    let h: g.Tensor = images;
    for (let i = 0; i < depth; i++) {
      const layer = onLine(10 + i, () => new g.nn.Linear(i === 0 ? 64 : 16, i === depth - 1 ? 10 : 16));
      prepare(layer);
      const out = layer.forward(h);
      h = i === depth - 1 ? out : onLine(7, () => activation(out));
    }
    return g.crossEntropy(h, labels);
  };
}

const deep = network(14, (x) => g.sigmoid(x));
const plain = network(2, (x) => g.relu(x));

describe("limits of the diagnosis", () => {
  it("are those of the records until a person sets others", () => {
    assert.deepEqual(rulesFound({}, deep), ["vanishing-gradient"]);
    assert.deepEqual(rulesFound({ limits: { "vanishing-gradient.ratio": 1e-30 } }, deep), []);
    assert.deepEqual(rulesFound({ limits: { "vanishing-gradient": false } }, deep), []);
    assert.deepEqual(rulesFound({ limits: { "vanishing-gradient": true } }, deep), ["vanishing-gradient"]);
  });

  it("that nobody reads are told with what there is, and change nothing", () => {
    const limits = { "vanishing-gradient.ration": 1, "vanishing-gradiet": false };
    const found = findingsWith({ limits }, deep);
    assert.deepEqual(
      found.map(({ rule, site }) => [rule, site?.line ?? null]),
      [
        ["vanishing-gradient", 7],
        ["unknown-limit", null],
        ["unknown-limit", null],
      ],
    );
    const [name = "", rule = ""] = wrongOwnLimits(limits);
    assert.match(name, /no limit "ration".*It has vanishing-gradient\.ratio, vanishing-gradient\.steps/);
    for (const { id } of rules) assert.ok(rule.includes(id), id);
    assert.doesNotMatch(rule, /torchlens/);
  });

  it("are numbers, and rules are off or on", () => {
    const wrong = wrongOwnLimits({
      ...{ "vanishing-gradient.ratio": false, "dead-units": 3, "dead-units.share": -1 },
      ...{ "torchlens/dead": false, "double-softmax.x": 1, "torchlens/dead-relu": false },
    });
    assert.equal(wrong.length, 5);
    assert.match(wrong[0] ?? "", /"vanishing-gradient\.ratio" is false; expected a number/);
    assert.match(wrong[1] ?? "", /can be off \(false\); found 3/);
    assert.match(wrong[2] ?? "", /is -1; expected a number, 0 or more/);
    assert.match(wrong[3] ?? "", /There is torchlens\/non-finite, .*torchlens\/dead-relu\.$/);
    assert.match(wrong[4] ?? "", /It has no limits/);
  });
});

describe("presets of the diagnosis", () => {
  it("are named in the manifest as their records are", () => {
    const { contributes } = JSON.parse(readFileSync("package.json", "utf8")) as {
      contributes: { configuration: { properties: Record<string, Record<string, unknown>> } };
    };
    const row = contributes.configuration.properties["gradlens.diagnosis.preset"] ?? {};
    assert.deepEqual(row.enum, presetNames);
    assert.deepEqual(row.enumDescriptions, [
      "Gradlens",
      ...Object.values(otherTools).map(({ title }) => title),
    ]);
    assert.equal(row.default, presetNames[0]);
    assert.deepEqual(
      rulesOf(),
      rules.filter(({ needs }) => needs === null),
    );
  });

  it("have rules named after the tool, with a source, a page and limits that are told", () => {
    for (const [name, tool] of Object.entries(otherTools)) {
      assert.ok(tool.source !== "" && tool.rules.length > 2, name);
      const ids = tool.rules.map(({ id }) => id);
      assert.equal(new Set(ids).size, ids.length);
      for (const { id, page, thresholds } of tool.rules) {
        assert.match(id, new RegExp(`^${name}/[a-z-]+$`));
        for (const text of Object.values(page)) assert.match(text, /\S.{20}/, id);
        for (const { text } of Object.values(thresholds)) assert.match(text, /\S.{10}/, id);
      }
    }
  });

  it("find a gradient that vanishes by their own thresholds", () => {
    const found = (preset: PresetName, depth: number) =>
      rulesFound(
        { preset },
        network(depth, (x) => g.sigmoid(x)),
      ).filter((rule) => /vanish/.test(rule));
    for (const preset of presetNames.slice(1))
      assert.deepEqual(found(preset, 14), [`${preset}/vanishing-gradient`]);
    // 3 layers of sigmoids are nothing to anybody.
    for (const preset of presetNames) assert.deepEqual(found(preset, 3), []);
  });

  it("say a number and its limit, at the line of the layer", () => {
    const [first] = findingsWith({ preset: "torchlens" }, deep);
    assert.equal(first?.site?.line, 10);
    assert.match(first?.message ?? "", /The norm of a gradient is below 1e-7: \S+ of .*, and of \d+ more\./);
    assert.ok(Number(first?.evidence.value) < Number(first?.evidence.limit));
    assert.deepEqual(
      rulesFound({ preset: "torchlens", limits: { "torchlens/vanishing-gradient.norm": 0 } }, deep),
      [],
    );
  });

  it("find dead and saturated units, huge and broken gradients, each tool those that it looks for", () => {
    const dying = network(
      3,
      (x) => g.relu(x),
      (layer) => layer.bias?.data.fill(-50),
    );
    assert.ok(rulesFound({ preset: "torchlens" }, dying).includes("torchlens/dead-relu"));
    assert.ok(rulesFound({ preset: "autotrainer" }, dying).includes("autotrainer/dying-relu"));
    assert.ok(rulesFound({ preset: "sagemaker-debugger" }, dying).includes("sagemaker-debugger/dead-relu"));
    assert.ok(rulesFound({ preset: "deepchecker" }, dying).includes("deepchecker/dead-layer"));

    const flat = network(
      3,
      (x) => g.tanh(x),
      (layer) => layer.bias?.data.fill(30),
    );
    const isSaturated = (rule: string) => /saturated/.test(rule);
    for (const preset of ["sagemaker-debugger", "deepchecker"] as const)
      assert.equal(rulesFound({ preset }, flat).filter(isSaturated).length, 1, preset);
    assert.deepEqual(
      rulesFound(
        { preset: "deepchecker" },
        network(3, (x) => g.tanh(x)),
      ).filter(isSaturated),
      [],
    );

    const huge = () => g.mul(plain(), 1e7);
    assert.deepEqual(rulesFound({ preset: "torchlens" }, huge), ["torchlens/exploding-gradient"]);
    const broken = () => g.mul(plain(), Number.NaN);
    for (const preset of presetNames.slice(1))
      assert.match(rulesFound({ preset }, broken)[0] ?? "", /non-finite|exploding/, preset);
  });

  it("of AUTOTRAINER and TorchLens are silent about a small healthy network", () => {
    for (const preset of ["autotrainer", "torchlens"] as const)
      assert.deepEqual(rulesFound({ preset }, plain), []);
  });
});
