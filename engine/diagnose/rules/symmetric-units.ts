/** Units that start the same and get the same gradient: they stay the same, and the layer has no more than one. */
import { showTimes } from "../../core/number-text";
import type { Site } from "../../report/report";
import { at } from "../../report/trace";
import { type Alike, alikeUnitsOf } from "../measures/alike";
import { originOf } from "../measures/origins";
import { unwritten } from "../measures/redrawn";
import { beside, defineRule, type Trouble } from "../rule";
import { said } from "../said";
import { siteInRow, type Traced } from "../traced";

export const symmetricUnits = defineRule({
  id: "symmetric-units",
  title: "Units that are the same",
  severity: "error",
  page: {
    meaning:
      "Units of a layer whose weights are equal compute the same. Where the next layer takes them alike, they get the same gradient, too, so that no step ever tells them apart.",
    harm: "A layer of 64 such units can do no more than a layer of one.",
    cure: "Start weights from random numbers, each unit and each expert from its own. Biases, and the last layer, may start at 0.",
    source: "Goodfellow et al., Deep Learning (2016), 8.4: initial parameters need to break symmetry.",
  },
  thresholds: {
    share: { value: 0.5, text: "different units over all units of a layer" },
  },
  explains: [
    "initialisation",
    "vanishing-gradient",
    "exploding-gradient",
    "dead-units",
    "zero-gradient",
    "activation-scale",
    "saturation",
    "initial-loss",
    "update-ratio",
    "no-gradient",
  ],
  find(traced, { share }) {
    const found = alikeUnitsOf(traced).filter(({ different, units }) => different <= share * units);
    const [first] = found;
    return first === undefined ? [] : [report(traced, first, found)];
  },
});

function report(traced: Traced, first: Alike, all: readonly Alike[]): Trouble {
  const { weight, units, different, among } = first;
  const name = traced.nodes[weight]?.name ?? "a weight";
  const news =
    among === "units"
      ? `${different === 1 ? `All ${units}` : `${units}`} units of ${name} have the same weights and the same gradient${different === 1 ? "" : `, but for ${different} kinds`}.`
      : `${showTimes(units, "weight")} like ${name} hold the same values and get the same gradient.`;
  const site = (among === "weights" ? madeAt(traced, first) : null) ?? originOf(traced, weight).site;
  return {
    ...said(
      news,
      "Every step changes them alike, so they stay copies of each other and the layer can do no more than one of them.",
    ),
    site,
    node: weight,
    evidence: { weight: name, units, different, layers: all.length },
    related: all
      .slice(1, 9)
      .flatMap((other) =>
        beside(
          originOf(traced, other.weight).site,
          `${traced.nodes[other.weight]?.name ?? "Another weight"}: ${other.units} that are the same`,
        ),
      ),
    fixes: [
      {
        title: "Start from random weights",
        detail:
          "nn.init.xavierUniform or kaimingNormal, or what the layer draws by itself, gives each unit its own start.",
        remedies:
          among === "units"
            ? unwritten(
                traced,
                all.map((each) => each.weight),
              )
            : [],
      },
    ],
  };
}

/** Where the model puts copies side by side: the name that holds all of them, or else the second one. */
function madeAt(traced: Traced, { weight, twin }: Alike): Site | null {
  const path = (node: number | null) => (traced.nodes[node ?? -1]?.name ?? "").split(".");
  const [own, other] = [path(weight), path(twin)];
  const shared = own.findIndex((part, i) => part !== other[i]);
  const name = shared > 0 ? own[shared - 1] : other[0];
  const { texts, tables } = traced.trace;
  const rows = Array.from(tables.bindings.name, (text, row) => (texts[text] === name ? row : -1));
  const row = rows.findLast((each) => each >= 0);
  return row === undefined ? null : siteInRow(traced, at(tables.bindings.site, row));
}
