/** Reports beside edited copies of themselves: what is in both is put together, quickly also when there is much of it. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { describe, it } from "mocha";
import { compareReports, isChanged, showChange } from "../../engine/report/compare";
import { compareNorms, plainNorm } from "../../engine/report/comparing/gradients";
import { alignSequences } from "../../engine/report/comparing/sequences";
import type { Report } from "../../engine/report/report";
import { recordTrace } from "../../engine/tracing/record-trace";
import { runOf } from "../random/check";
import { Draw } from "../random/draw";
import { makeModel } from "../random/model";
import { type Edits, editReport, shareRight } from "./edited-report";
import { longLoop } from "./long-loop";

function randomReports(count: number): Report[] {
  return Array.from({ length: count }, (_, seed) => {
    const run = runOf(makeModel(seed));
    const { report } = recordTrace(run);
    run.tape.drop();
    return report;
  });
}

/** Share of the nodes in both reports that are put together rightly. */
function shareOf(reports: readonly Report[], edits: Edits): number {
  let [right, kept] = [0, 0];
  for (const [seed, report] of reports.entries()) {
    const edited = editReport(report, edits, new Draw(seed));
    const share = shareRight(edited, compareReports(report, edited.report).pairs);
    right += share.right;
    kept += share.kept;
  }
  return right / kept;
}

describe("compared reports", () => {
  const reports = randomReports(100);

  it("a report beside itself: every node with itself, nothing changed", () => {
    for (const report of [...reports, longLoop(300)]) {
      const compared = compareReports(report, report);
      assert.ok(compared.pairs.every(({ a, b, changes }) => a === b && changes.length === 0));
      assert.equal(compared.pairs.length, report.nodes.length);
      assert.ok(compared.isIdentical);
      assert.deepEqual([compared.onlyA, compared.onlyB, compared.findings.new], [[], [], []]);
      assert.ok(compared.parameters.every(({ a, b }) => a === b));
    }
  });

  for (const [name, edits, least] of [
    ["lines that moved", { lines: 7 }, 1],
    ["other names", { renamed: 0.5 }, 1],
    ["operations inserted", { inserted: 0.1 }, 0.999],
    ["operations gone", { gone: 0.1 }, 0.99],
    ["operations replaced", { replaced: 0.1 }, 0.99],
    ["all of it", { gone: 0.05, inserted: 0.05, replaced: 0.05, renamed: 0.2, lines: 3 }, 0.99],
    ["much of it", { gone: 0.2, inserted: 0.2, replaced: 0.2, renamed: 0.5, lines: 3 }, 0.93],
  ] as const) {
    it(`random models with ${name}: ${100 * least} % of the rest is put together rightly`, () => {
      assert.ok(shareOf(reports, edits) >= least, String(shareOf(reports, edits)));
    });
  }

  it("a loop of 4,000 turns, one operation in ten gone: the rest is put together", () => {
    const report = longLoop(4000);
    assert.ok(report.nodes.length > 12_000);
    for (const edits of [{}, { gone: 0.1 }, { inserted: 0.1 }, { replaced: 0.1 }]) {
      const edited = editReport(report, edits, new Draw(1));
      const before = process.cpuUsage();
      const { pairs } = compareReports(report, edited.report);
      const seconds = process.cpuUsage(before).user / 1e6;
      const { right, kept } = shareRight(edited, pairs);
      assert.ok(right / kept > 0.99, `${right} of ${kept} with ${JSON.stringify(edits)}`);
      assert.ok(seconds < 3, `${seconds} s`);
    }
  }).timeout(30_000);

  it("a loop with more turns: turns go together in the order in which they ran", () => {
    const { pairs, onlyA, onlyB } = compareReports(longLoop(10), longLoop(14));
    assert.ok(pairs.every(({ a, b }) => a === b || a === longLoop(10).loss?.node));
    assert.equal(onlyA.length, 0);
    assert.equal(onlyB.length, 4 * 3);
  });
});

describe("compared gradients", () => {
  const change = (a: number | null, b: number | null, factor = 2) =>
    compareNorms(plainNorm(a), plainNorm(b), factor);
  const cases: [number | null, number | null, string, boolean][] = [
    [1, 2.5, "× 2.5", true],
    [1, 2, "× 2", false],
    [5, 1, "÷ 5", true],
    [1, 1, "same", false],
    [1, 1 + 2e-8, "within 2e-8", false],
    [0, 0, "same", false],
    [0, 1, "0 in A", true],
    [1, 0, "0 in B", true],
    [null, 1, "no gradient in A", true],
    [1, null, "no gradient in B", true],
    [null, null, "no gradient", false],
    [1, Number.NaN, "not finite in B", true],
    [Number.POSITIVE_INFINITY, 1, "not finite in A", true],
    [Number.NaN, Number.NaN, "not finite", false],
    [Number.NaN, null, "no gradient in B", true],
    [1e-200, 1e200, "× ∞", true],
    [1e200, 1e-200, "÷ ∞", true],
  ];
  for (const [a, b, text, isOther] of cases) {
    it(`${a} and ${b}: ${text}`, () => {
      assert.equal(showChange(change(a, b)), text);
      assert.equal(isChanged(change(a, b)), isOther);
    });
  }

  it("the factor is what was asked for", () => {
    assert.ok(isChanged(change(1, 1.2, 1.1)));
    assert.ok(!isChanged(change(1, 9, 10)));
  });
});

describe("aligned sequences", () => {
  const tokens = fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 60 });

  it("pairs are of equal tokens and in order; a sequence that was thinned is found in what it was", () => {
    fc.assert(
      fc.property(tokens, tokens, (a, b) => {
        const pairs = alignSequences(a, b);
        for (const [i, [x, y]] of pairs.entries()) {
          assert.equal(a[x], b[y]);
          assert.ok(i === 0 || (x > (pairs[i - 1]?.[0] ?? 0) && y > (pairs[i - 1]?.[1] ?? 0)));
        }
      }),
    );
    fc.assert(
      fc.property(tokens, fc.infiniteStream(fc.boolean()), (a, kept) => {
        const rest = a.filter(() => kept.next().value);
        const twice = rest.filter((token) => rest.indexOf(token) !== rest.lastIndexOf(token));
        // Tokens that stand once come first, so that only repeated ones may be missed.
        assert.ok(alignSequences(a, rest).length >= rest.length - twice.length);
      }),
    );
  });

  it("long sequences with little in common end soon", () => {
    const draw = new Draw(3);
    const random = () => Array.from({ length: 20_000 }, () => draw.integer(0, 40));
    const before = process.cpuUsage();
    assert.ok(alignSequences(random(), random()).length > 1000);
    assert.ok(process.cpuUsage(before).user < 4e6);
  }).timeout(30_000);
});
