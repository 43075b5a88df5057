// The parts of a hover that need no VS Code: formulas, histograms and numbers as text.
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { allOps } from "../../engine/core/op";
import "../../engine/ops/index";
import { formatNumber } from "../../engine/core/number-text";
import { readableFormula } from "../../extension/editor/formula";
import { histogramImage, histogramText, merge, palettes } from "../../extension/editor/histogram";

describe("parts of a hover", () => {
  it("read a derivative as plain text", () => {
    assert.equal(readableFormula("\\bar{x} = \\bar{o} \\, y^T"), "∇x = ∇out · yᵀ");
    assert.equal(readableFormula("\\bar{x} = \\frac{\\bar{o}}{2 \\sqrt{x}}"), "∇x = (∇out) / (2 √(x))");
  });

  it("leave no LaTeX in any operation's derivative", () => {
    for (const { name, formula } of allOps().values())
      assert.doesNotMatch(
        readableFormula(formula),
        /[\\{}$]|\b(?:frac|lnot|ast|hat|bar|textstyle|lambda)/,
        `${name}: ${readableFormula(formula)}`,
      );
  });

  it("keep every element of a histogram, in a picture under 20 kB and in text", () => {
    const counts = Array.from({ length: 40 }, (_, i) => i * i);
    assert.equal(
      merge(counts, 16).reduce((sum, count) => sum + count),
      counts.reduce((sum, count) => sum + count),
    );
    for (const palette of Object.values(palettes)) {
      const image = histogramImage({ low: -1, high: 3, counts }, palette.grad);
      assert.ok(image.length < 20_000);
      const svg = Buffer.from(image.replace("data:image/svg+xml;base64,", ""), "base64").toString();
      assert.match(svg, /^<svg .*<path fill=.*<\/svg>$/);
    }
    assert.match(histogramText({ low: -1, high: 3, counts }), /^[·▁-█]+$/);
  });

  it("draw nothing where no element is finite", () => {
    const nothing = { low: 0, high: 0, counts: [] };
    assert.match(histogramImage(nothing, palettes.dark.value), /^data:image\/svg\+xml/);
    assert.equal(histogramText(nothing), "");
  });

  it("show few digits, signs and what is no number", () => {
    const shown = [0, 1, -0.012345, 1e-9, 1.5e7, Number.NaN, Number.NEGATIVE_INFINITY].map((x) =>
      formatNumber(x),
    );
    assert.deepEqual(shown, ["0", "1", "−0.01235", "1e-9", "1.5e7", "NaN", "−∞"]);
  });
});
