/** Gradients that are too large for the number format that a person asked about. */
import type { PrecisionReport } from "../../report/precision";
import { scaleAdvice, scaleText, showShare } from "../../report/precision-words";
import { dryRunOf, layersWith, namesOf } from "../measures/precision-losses";
import { beside, defineRule, type Offered, type Trouble } from "../rule";
import { said } from "../said";
import type { Traced } from "../traced";

export const precisionOverflow = defineRule({
  id: "precision-overflow",
  title: "Gradients too large for fewer bits",
  severity: "warning",
  needs: "precision",
  page: {
    meaning:
      "A number format of fewer bits has a largest number: 65,504 in fp16, 448 in FP8 E4M3. What is larger becomes infinite, or that number where the format has no infinity.",
    harm: "One infinite element of a gradient makes its weight infinite or NaN in the next step, and soon all others. What is cut to the largest number points in another direction than the gradient.",
    cure: "Multiply the loss by a factor below 1 and the gradients by its inverse before the step, or take a format with more range, such as bf16.",
    source:
      "Micikevicius et al., Mixed Precision Training (ICLR 2018), and FP8 Formats for Deep Learning (2022).",
  },
  thresholds: {
    share: {
      value: 0,
      text: "share of a layer's gradient elements, of those that are not 0, that are too large",
    },
  },
  find: findTooLarge,
  measure(traced) {
    const found = dryRunOf(traced);
    if (found === null || found.all.nonZero === 0) return null;
    const { overflowed, nonZero } = found.all;
    const label = `share of the gradient that is too large for ${found.precision}`;
    return { label, value: overflowed / nonZero };
  },
});

function findTooLarge(traced: Traced, { share: limit }: { readonly share: number }): Trouble[] {
  const found = dryRunOf(traced);
  const layers = found === null ? [] : layersWith(traced, found, ({ overflowed }) => overflowed, limit);
  const [worst, ...others] = layers;
  if (found === null || worst === undefined) return [];
  const { precision, lossScale } = found;
  return [
    {
      ...said(
        `In ${precision}, gradients of ${namesOf(layers)} are too large: ${showShare(worst.share, 1)} of the elements of ${worst.name}.`,
        `${whatBecomes(found)} ${scaleAdvice(found)}`,
      ),
      site: worst.site,
      node: worst.node,
      evidence: {
        precision,
        layer: worst.name,
        share: worst.share,
        limit,
        layers: layers.length,
        ...(lossScale === null ? {} : { lossScale: lossScale.scale, saved: lossScale.saved }),
      },
      related: others
        .slice(0, 4)
        .flatMap(({ site, name, share }) => beside(site, `${name}: ${showShare(share, 1)} are too large`)),
      fixes: fixesFor(found),
    },
  ];
}

function whatBecomes({ range, saturates }: PrecisionReport): string {
  const largest = range?.largest ?? 0;
  return saturates ? `They become ${largest}.` : "They become infinite, and the next step NaN.";
}

function fixesFor({ precision, lossScale }: PrecisionReport): Offered[] {
  const scaled =
    lossScale === null || lossScale.scale >= 1
      ? []
      : [
          {
            title: `Multiply the loss by ${scaleText(lossScale)}, and the gradients by its inverse before the step`,
            detail: `${showShare(lossScale.saved, 1, "none", 4)} of the elements that are not 0 then stay, and none is too large.`,
          },
        ];
  const wider = {
    title: "Use bf16",
    detail: "It has the range of float32, with fewer digits: gradients of this size stay finite.",
  };
  return precision === "bf16" ? scaled : [...scaled, wider];
}
