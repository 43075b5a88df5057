// What the precision panel shows, from a real run: what was asked, the rows, the sizes against the range of a format, the words.
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { floatFormats, roundInFormat } from "../../engine/precision/number-format";
import type { PrecisionReport } from "../../engine/report/precision";
import { fitnessOf, precisionVerdict, showShare } from "../../engine/report/precision-words";
import {
  answerNow,
  type DryRunNews,
  type DryRuns,
  noDryRuns,
  reduceDryRuns,
} from "../../webview/precision/asked";
import { fateParts, fateRows } from "../../webview/precision/fates";
import { fateOf, powerText, type SizeFate, sizesSpread, ticksOf } from "../../webview/precision/spread";
import { precisionRun } from "./precision-run";

const run = precisionRun();
const { report, answers } = run;
const { fp16, bf16, int8 } = answers;

describe("what was asked about fewer bits", () => {
  const after = (...news: readonly DryRunNews[]): DryRuns => news.reduce(reduceDryRuns, noDryRuns("fp16"));
  const shown = { kind: "run", report } as const;
  const answered = {
    kind: "answer",
    report,
    precision: "fp16",
    answer: { kind: "answered", found: fp16 },
  } as const;

  it("is nothing at first, in the format that was kept, or fp16", () => {
    assert.equal(noDryRuns("bf16").precision, "bf16");
    assert.equal(noDryRuns("fp4").precision, "fp16");
    assert.equal(answerNow(after(shown)), null);
  });

  it("is kept for each format, as long as the run is shown", () => {
    const known = after(shown, answered, { kind: "format", precision: "bf16" });
    assert.equal(answerNow(known), null);
    assert.deepEqual(answerNow(reduceDryRuns(known, { kind: "format", precision: "fp16" })), answered.answer);
    assert.equal(reduceDryRuns(known, shown), known);
    assert.deepEqual(reduceDryRuns(known, { kind: "run", report: { ...report } }).answers, {});
  });

  it("takes no answer about a run that is not shown any more, and no format that there is not", () => {
    const next = after({ kind: "run", report: { ...report } });
    assert.equal(reduceDryRuns(next, answered), next);
    assert.equal(reduceDryRuns(next, { kind: "format", precision: "fp4" }), next);
  });

  it("is forgotten to be asked again", () => {
    const failed = after(shown, { ...answered, answer: { kind: "failed", message: "gone" } });
    assert.deepEqual(answerNow(failed), { kind: "failed", message: "gone" });
    assert.equal(answerNow(reduceDryRuns(failed, { ...answered, answer: null })), null);
  });
});

describe("rows of the dry run", () => {
  it("are layers or parameters, the worst first, each with its line and its node", () => {
    const layers = fateRows(report, fp16, "layer");
    assert.deepEqual(
      layers.slice(0, 4).map(({ name, detail, site }) => [name, detail, site?.line]),
      [
        ["net.layers.0", "Linear", 10],
        ["net.layers.1", "Linear", 11],
        ["net", "Net", 9],
        ["net.layers.2", "Linear", 12],
      ],
    );
    const shares = layers.map(({ counts: { lost, overflowed, nonZero } }) => (lost + overflowed) / nonZero);
    assert.deepEqual(
      shares,
      shares.toSorted((a, b) => b - a),
    );
    assert.ok((shares[0] ?? 0) > 0.5 && shares.at(-1) === 0);
    const parameters = fateRows(report, fp16, "parameter");
    assert.equal(parameters.length, 16);
    for (const { name, node, detail } of parameters) {
      assert.equal(report.nodes[node ?? -1]?.name, name);
      assert.match(detail, /^\d+(×\d+)?$/);
    }
  });

  it("are parts of one whole", () => {
    for (const { counts } of fateRows(report, fp16, "layer"))
      for (const fate of [counts, counts.scaled]) {
        const parts = Object.values(fateParts(fate, counts.nonZero));
        assert.ok(parts.every((part) => part >= 0));
        assert.ok(Math.abs(parts.reduce((a, b) => a + b) - 1) < 1e-12);
      }
    const nothing = { lost: 0, subnormal: 0, overflowed: 0 };
    assert.deepEqual(fateParts(nothing, 0), { lost: 0, subnormal: 0, normal: 0, overflow: 0 });
  });
});

describe("sizes of gradients", () => {
  it("are drawn as they are and with the loss scale, in the zones that rounding makes", () => {
    const spread = sizesSpread(fp16.all, fp16) ?? assert.fail();
    const shift = Math.log2(fp16.lossScale?.scale ?? 1);
    assert.deepEqual(
      spread.strips.map((strip) => strip.shift),
      [0, shift],
    );
    const sum = (strip: number, fate: SizeFate) =>
      (spread.strips[strip]?.bars ?? []).reduce((all, bar) => all + (bar.fate === fate ? bar.count : 0), 0);
    // A bar holds all sizes between two powers of two; here none of them lies on an edge.
    assert.equal(sum(0, "lost"), fp16.all.lost);
    assert.equal(sum(1, "lost"), fp16.all.scaled.lost);
    assert.equal(sum(0, "overflow") + sum(1, "overflow"), 0);
    assert.deepEqual(
      spread.zones.map(({ fate, from, to }) => [fate, from, Math.round(to)]),
      [
        ["lost", spread.low, -25],
        ["subnormal", -25, -14],
        ["normal", -14, 16],
        ["overflow", Math.log2(65504), spread.high],
      ],
    );
    for (const { bars } of spread.strips)
      assert.ok(bars.every(({ exponent }) => exponent > spread.low && exponent + 1 < spread.high));
  });

  it("have one strip where no scale is needed, and no zones where tensors have ranges of their own", () => {
    assert.equal(sizesSpread(bf16.all, bf16)?.strips.length, 1);
    assert.deepEqual(sizesSpread(int8.all, int8)?.zones, []);
    assert.equal(sizesSpread({ ...fp16.all, counts: [] }, fp16), null);
  });

  it("have the fate that rounding gives them, in every format", () => {
    for (const { precision, range } of Object.values(answers)) {
      const format = floatFormats[precision];
      if (format === null || range === null) continue;
      for (let exponent = -150; exponent < 128; exponent++) {
        const rounded = roundInFormat(2 ** exponent * (1 + 2 ** -20), format);
        const isTooLarge: boolean = 2 ** exponent > format.largest;
        const fate: SizeFate = rounded === 0 ? "lost" : rounded < 2 ** format.lowest ? "subnormal" : "normal";
        assert.equal(fateOf(exponent, range), isTooLarge ? "overflow" : fate, `${precision} 2^${exponent}`);
      }
    }
  });

  it("have an axis of powers of two with room for each", () => {
    const spread = sizesSpread(bf16.all, bf16) ?? assert.fail();
    for (const room of [0.01, 0.05, 0.2]) {
      const ticks = ticksOf(spread, room);
      assert.ok(ticks.length >= 2 && ticks.length <= 1 / room);
      assert.ok(ticks.every((tick) => tick > spread.low && tick < spread.high));
    }
    assert.deepEqual([powerText(-24), powerText(0), powerText(127)], ["2⁻²⁴", "2⁰", "2¹²⁷"]);
  });

  it("are told in words", () => {
    const [now, scaled] = sizesSpread(fp16.all, fp16)?.strips ?? [];
    assert.match(
      now?.words ?? "",
      /^[\d,]+ elements of sizes from 2⁻\S+ to 2\S+: [\d.]+ % become 0, .* are normal$/,
    );
    assert.match(scaled?.title ?? "", /^Loss × [\d,]+$/);
  });
});

describe("the verdict about fewer bits", () => {
  const with_ = (found: PrecisionReport, all: Partial<PrecisionReport["all"]>): PrecisionReport => ({
    ...found,
    all: { ...found.all, ...all },
  });

  it("is whether gradients fit as they are, with a scale, or not", () => {
    assert.deepEqual([bf16, fp16, int8].map(fitnessOf), ["fits", "scale", "unfit"]);
    const inf = { lost: 0, subnormal: 0, overflowed: 1 };
    assert.equal(fitnessOf(with_(bf16, inf)), "scale");
    assert.equal(fitnessOf(with_(bf16, { ...inf, scaled: inf })), "unfit");
  });

  it("says shares, scale and what is not finite", () => {
    assert.match(
      precisionVerdict(fp16),
      /^In fp16, [\d.]+ % of the gradient elements that are not 0 become 0, [\d.]+ % keep fewer digits, and none overflows\. A loss scale of 2\^\d+ = [\d,]+ saves 99\.9\d? % of the elements/,
    );
    assert.match(
      precisionVerdict(bf16),
      /^In bf16, none of the gradient elements that are not 0 become 0, and none overflows\. All [\d,]+ elements that are not 0 stay so: no loss scale is needed\.$/,
    );
    assert.match(precisionVerdict(with_(bf16, { nonFinite: 2 })), /2 elements more: not finite already\./);
    assert.match(precisionVerdict(with_(bf16, { elements: 0 })), /no gradient whose elements are at hand/);
    assert.match(precisionVerdict(with_(bf16, { nonZero: 0 })), /no gradient that is finite and not 0/);
    assert.equal(showShare(1, 1_000_000), "1e-4 %");
  });
});
