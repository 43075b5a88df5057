/** The histogram of gradient sizes with its legend, the same as a table, and what it can be copied and saved as. */
import { formatNumber, showCount } from "../../engine/core/number-text";
import type { PrecisionReport } from "../../engine/report/precision";
import { post } from "../bridge";
import { toCsv } from "../csv";
import { h } from "../dom";
import { pictureOf } from "../findings/picture";
import { drawTable } from "../table";
import { iconButton } from "../toolkit";
import { isScaled } from "./fates";
import { fateOf, fateWords, powerText, type SizeFate, type Spread } from "./spread";
import { spreadPlot } from "./spread-plot";

/** @param name whose gradients they are */
export function sizesFigure(name: string, spread: Spread, found: PrecisionReport): HTMLElement {
  const plot = spreadPlot(spread);
  const save = async () => {
    const drawn = plot.querySelector("svg");
    if (drawn) post("save", { name: `${found.precision}.png`, bytes: await pictureOf(drawn) });
  };
  return h(
    "figure",
    {},
    legend(found),
    plot,
    h(
      "figcaption",
      {},
      h("details", {}, h("summary", {}, "As a table"), sizesTable(name, spread, found)),
      h(
        "span",
        { class: "tools" },
        iconButton("Copy the sizes as CSV", "copy", () => post("copy", { text: sizesCsv(spread) })),
        iconButton("Save as picture", "device-camera", () => void save()),
      ),
    ),
  );
}

function legend({ range }: PrecisionReport): HTMLElement {
  if (range === null) {
    const text = "One factor for each tensor: what is less than 1/254 of its largest element becomes 0.";
    return h("p", { class: "dimmed" }, text);
  }
  const from = (size: number) => powerText(Math.log2(size));
  const texts: Readonly<Record<SizeFate, string>> = {
    lost: `up to ${from(range.smallest / 2)}: ${fateWords.lost}`,
    subnormal: fateWords.subnormal,
    normal: `from ${from(range.normal)}: ${fateWords.normal}`,
    overflow: `above ${formatNumber(range.largest)}: ${fateWords.overflow}`,
  };
  return h(
    "ul",
    { class: "legend" },
    (Object.keys(texts) as SizeFate[]).map((fate) =>
      h("li", {}, h("span", { class: `swatch ${fate}`, "aria-hidden": "true" }), texts[fate]),
    ),
  );
}

function sizesTable(name: string, { strips }: Spread, found: PrecisionReport): HTMLElement {
  const { range, lossScale } = found;
  const shift = Math.log2(lossScale?.scale ?? 1);
  const hasScale = isScaled(found);
  const columns = [
    { name: "Size" },
    { name: "Elements", isNumber: true },
    ...(range === null ? [] : [{ name: "As they are" }]),
    ...(hasScale ? [{ name: "With the loss scale" }] : []),
  ];
  const rows = (strips[0]?.bars ?? []).map(({ exponent, count, fate }) => [
    `${powerText(exponent)} to ${powerText(exponent + 1)}`,
    showCount(count),
    ...(range === null ? [] : [fateWords[fate]]),
    ...(hasScale ? [fateWords[fateOf(exponent + shift, range)]] : []),
  ]);
  return drawTable(`Sizes of the gradients: ${name}`, columns, rows);
}

function sizesCsv({ strips }: Spread): string {
  const rows = (strips[0]?.bars ?? []).map(({ exponent, count }) => [
    2 ** exponent,
    2 ** (exponent + 1),
    count,
  ]);
  return toCsv(["from", "to", "elements"], rows);
}
