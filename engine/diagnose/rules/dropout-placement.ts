/** Dropout where it harms: almost everything dropped, on the outputs, or in front of batch norm. */
import { showNumber, showPercent } from "../../core/number-text";
import type { Site } from "../../report/report";
import { at } from "../../report/trace";
import { type DropoutUse, dropoutsOf } from "../measures/dropouts";
import { dropoutsBeforeNormOf, outputDropoutsOf } from "../measures/misplaced-dropouts";
import { leftOut, placeToChange } from "../measures/places";

import { beside, defineRule, type Offered, type Trouble } from "../rule";
import { said } from "../said";
import type { Traced } from "../traced";

/** Directly in front of the statistics a smaller share already moves them. */
const DIRECT = 0.1;

export const dropoutPlacement = defineRule({
  id: "dropout-placement",
  title: "Dropout in the wrong place",
  severity: "warning",
  page: {
    meaning:
      "Dropout sets a random part of its input to 0 while training and leaves everything as it is afterwards. It belongs between layers, with 10 to 50 % dropped.",
    harm: "Beyond 80 % hardly anything of the signal is left. On the outputs it makes the loss random, whatever the network says. In front of batch norm it changes the variance that is learned there, and evaluation sees another one.",
    cure: "Drop less, and put it behind the normalisation and in front of the last layer.",
    source:
      "Li et al., Understanding the Disharmony between Dropout and Batch Normalization by Variance Shift (2018); UMLAUT warns of rates that are too high.",
  },
  thresholds: {
    p: { value: 0.8, text: "largest probability with which elements are dropped" },
    beforeNorm: {
      value: 0.25,
      text: "smallest probability that counts in front of a linear layer with batch norm behind it",
    },
  },
  find(traced, limits) {
    const heavy = dropoutsOf(traced).filter(({ p }) => p > limits.p);
    const isOther = ({ node }: DropoutUse) => heavy.every((each) => each.node !== node);
    const last = outputDropoutsOf(traced).filter(isOther);
    const norms = dropoutsBeforeNormOf(traced).filter(
      (each) => isOther(each) && each.p >= (each.isDirect ? DIRECT : limits.beforeNorm),
    );
    return [
      ...reports(traced, heavy, heavyText),
      ...reports(traced, last, lastText),
      ...reports(traced, norms, normText),
    ];
  },
});

interface Text {
  readonly kind: string;
  readonly headline: string;
  readonly explanation: string;
  readonly fix: Offered;
}

type Write = (traced: Traced, dropout: DropoutUse) => Text;

const heavyText: Write = (traced, { node, p }) => ({
  kind: "rate",
  headline: `This dropout sets ${showPercent(p)} of its input to 0.`,
  explanation: `What is left is multiplied by ${showNumber(1 / (1 - p), 3)}: the layers behind it see mostly noise.`,
  fix: {
    title: "Drop half of it",
    detail: "0.5 is what the paper uses, 0.1 to 0.3 is common today.",
    ...halved(traced, node),
  },
});

const lastText: Write = (traced, { node, p }) => ({
  kind: "outputs",
  headline: `This dropout sets ${showPercent(p)} of the network's outputs to 0.`,
  explanation: "No weights come behind it, so the loss compares predictions that were erased by chance.",
  fix: removal(traced, node, "In front of the last layer it would do what it is meant to do."),
});

const normText: Write = (traced, { node, p }) => ({
  kind: "normalisation",
  headline: `This dropout stands in front of a batch norm and sets ${showPercent(p)} of its input to 0.`,
  explanation:
    "The batch norm keeps the variance of what is left for evaluation, where nothing is dropped and the variance is another one.",
  fix: removal(
    traced,
    node,
    "Behind the batch norm, or in front of the last layer, dropout does not change its statistics.",
  ),
});

function removal(traced: Traced, node: number, detail: string): Offered {
  const own = traced.nodes[node];
  const offered = { title: "Leave this dropout out", detail };
  return own === undefined || own.op === "mul" ? offered : { ...offered, remedies: leftOut(traced, own) };
}

/** The rate of a layer that the text constructs. */
function halved({ nodes, scopes }: Traced, node: number): Pick<Offered, "remedies"> {
  const scope = scopes[nodes[node]?.scope ?? 0];
  const isLayer = scope?.type.includes("Dropout") && scope.site !== null;
  if (!isLayer || !scope?.site) return {};
  return { remedies: [{ change: "option", call: scope.site, name: "p", value: "0.5", position: 0 }] };
}

/** Whether the text calls the dropout itself, and not a list of layers with the dropout in it. */
function hasOwnCall({ trace }: Traced, { node, input }: DropoutUse): boolean {
  const { site } = trace.tables.nodes;
  return at(site, node) > 0 && at(site, node) !== at(site, input);
}

/** One finding for all places of a kind. */
function reports(traced: Traced, dropouts: readonly DropoutUse[], write: Write): Trouble[] {
  const [first, ...others] = dropouts;
  const node = traced.nodes[first?.node ?? -1];
  if (first === undefined || node === undefined) return [];
  const { kind, headline, explanation, fix } = write(traced, first);
  const site = kind !== "rate" && hasOwnCall(traced, first) ? node.site : placeToChange(traced, node);
  const places = new Map<string, Site>();
  for (const other of others) {
    const own = traced.nodes[other.node];
    const place = own === undefined ? null : placeToChange(traced, own);
    if (place !== null) places.set(lineOf(place), place);
  }
  if (site !== null) places.delete(lineOf(site));
  return [
    {
      ...said(headline, explanation),
      site,
      node: first.node,
      evidence: { kind, p: Math.round(1e4 * first.p) / 1e4, places: 1 + places.size },
      related: [...places.values()].flatMap((place) => beside(place, "Here as well")),
      fixes: [fix],
    },
  ];
}

function lineOf({ file, line }: Site): string {
  return `${file}:${line}`;
}
