/** Gradients that are too small for the number format that a person asked about: they become 0 there. */
import { type PrecisionReport, WANTED_SHARE } from "../../report/precision";
import { scaleAdvice, scaleText, showShare } from "../../report/precision-words";
import { dryRunOf, layersWith, namesOf } from "../measures/precision-losses";
import { beside, defineRule, type Offered, type Trouble } from "../rule";
import { said } from "../said";
import type { Traced } from "../traced";

export const precisionUnderflow = defineRule({
  id: "precision-underflow",
  title: "Gradients lost in fewer bits",
  severity: "warning",
  needs: "precision",
  page: {
    meaning:
      "A number format of fewer bits has a smallest number: 2^-24 in fp16, 2^-9 in FP8 E4M3. What is less than half of it becomes 0; in int8 that is what lies far below the largest element of its tensor.",
    harm: "Weights whose gradient became 0 do not learn, though in float32 they would. The loss then falls more slowly, or stays where it is.",
    cure: "Multiply the loss by a power of two, so that the gradients fit, and divide them by it before the step; or take a format with more range, such as bf16.",
    source:
      "Micikevicius et al., Mixed Precision Training (ICLR 2018): a network that diverged in fp16, where a third of its gradients became 0, learned with a loss scale of 8. The share is Gradlens' own.",
  },
  thresholds: {
    share: {
      value: 0.05,
      text: "share of a layer's gradient elements, of those that are not 0, that become 0",
    },
  },
  find: findLost,
  measure(traced) {
    const found = dryRunOf(traced);
    if (found === null || found.all.nonZero === 0) return null;
    const { lost, nonZero } = found.all;
    return { label: `share of the gradient that is lost in ${found.precision}`, value: lost / nonZero };
  },
});

function findLost(traced: Traced, { share: limit }: { readonly share: number }): Trouble[] {
  const found = dryRunOf(traced);
  const layers = found === null ? [] : layersWith(traced, found, ({ lost }) => lost, limit);
  const [worst, ...others] = layers;
  if (found === null || worst === undefined) return [];
  const { precision, all, lossScale } = found;
  const scale = lossScale === null ? {} : { lossScale: lossScale.scale, saved: lossScale.saved };
  return [
    {
      ...said(
        `In ${precision}, gradients of ${namesOf(layers)} are lost: ${showShare(worst.share, 1)} of the elements of ${worst.name} become 0.`,
        `Of the whole model it is ${showShare(all.lost, all.nonZero)}. ${scaleAdvice(found)}`,
      ),
      site: worst.site,
      node: worst.node,
      evidence: {
        precision,
        layer: worst.name,
        share: worst.share,
        limit,
        layers: layers.length,
        lostOfAll: all.lost / all.nonZero,
        ...scale,
      },
      related: others
        .slice(0, 4)
        .flatMap(({ site, name, share }) => beside(site, `${name}: ${showShare(share, 1)} become 0`)),
      fixes: fixesFor(found),
    },
  ];
}

function fixesFor({ precision, lossScale }: PrecisionReport): Offered[] {
  if (lossScale === null)
    return [
      {
        title: "Use one factor for each row or channel, or a format with an exponent",
        detail:
          "One factor for a whole tensor goes by its largest element; what is 254 times smaller becomes 0.",
      },
    ];
  const isEnough = lossScale.saved >= WANTED_SHARE;
  const scaled = {
    title: `Multiply the loss by ${scaleText(lossScale)}, and divide the gradients by it before the step`,
    detail: `${showShare(lossScale.saved, 1, "none", 4)} of the elements that are not 0 then stay so${isEnough ? "" : "; a larger factor makes others too large"}.`,
  };
  const wider = {
    title: "Use bf16",
    detail: "It has the range of float32, with fewer digits: gradients of this size stay.",
  };
  return [...(lossScale.scale > 1 ? [scaled] : []), ...(isEnough || precision === "bf16" ? [] : [wider])];
}
