/** A loss before training that is far above what a network knows that knows nothing. */

import { showNumber } from "../../core/number-text";
import type { ReportNode, Site } from "../../report/report";
import { isUntrained, writersOf } from "../measures/beginning";
import { type Scale, scaledFrom } from "../measures/chains";
import { isFiniteRun } from "../measures/finite";
import { type LossTerm, lossTermsOf } from "../measures/loss-terms";
import { shrunk } from "../measures/other-values";
import { placeToChange } from "../measures/places";
import { sharpenedBy } from "../measures/sharpened";
import { meanLossOf } from "../measures/term-losses";
import { beside, defineRule, type Trouble } from "../rule";
import { said } from "../said";
import { siteInRow, type Traced } from "../traced";

/** What comes into the last layer is of the usual size: else that layer is not to blame. */
const MAX_INPUT = 12;

export const initialLoss = defineRule({
  id: "initial-loss",
  title: "Loss too high at the start",
  severity: "warning",
  page: {
    meaning:
      "Before training a network should not be sure of anything. Then cross entropy is ln C for C classes, binary cross entropy ln 2, and a squared error about the mean square of the targets.",
    harm: "A network that is sure and wrong at the start spends its first steps on unlearning that, with large gradients.",
    cure: "Start the last layer with small weights, and its bias at 0 or at the logarithm of the shares of the classes.",
    source:
      "Karpathy, A Recipe for Training Neural Networks (2019); TheDeepChecker compares the first loss with ln C.",
  },
  thresholds: {
    times: { value: 4, text: "loss of classes over that of a guess" },
    squares: { value: 20, text: "squared error over the mean square of the targets" },
  },
  explains: ["update-ratio", "learning-rate-edge"],
  find: (traced, limits) =>
    isUntrained(traced) && isFiniteRun(traced)
      ? lossTermsOf(traced)
          .flatMap((term) => look(traced, term, limits))
          .slice(0, 1)
      : [],
  measure(traced) {
    const [term] = lossTermsOf(traced);
    const found = term === undefined ? null : meanLossOf(traced, term);
    return found === null ? null : { label: "loss at the start", value: found.loss };
  },
});

function look(
  traced: Traced,
  term: LossTerm,
  limits: Readonly<Record<"times" | "squares", number>>,
): Trouble[] {
  const found = meanLossOf(traced, term);
  if (found === null) return [];
  const limit = term.kind === "squares" ? limits.squares : limits.times;
  if (!(found.loss > limit * found.guess)) return [];
  const last = scaledFrom(traced, term.prediction);
  const scale = sharpenedBy(traced, term.prediction);
  if (scale !== null) return [reportScale(term, scale, found)];
  const culprit = culpritOf(traced, last);
  return culprit === null ? [] : [report(traced, { term, last, culprit }, found)];
}

const rms = ({ value }: ReportNode) => value.norm / Math.sqrt(Math.max(1, value.size));

/** The weight or bias of the last layer that makes its results large; null where they came in large already. */
function culpritOf(traced: Traced, last: ReportNode): ReportNode | null {
  const inputs = last.inputs.flatMap((id) => traced.nodes[id] ?? []);
  if (last.op !== "linear" && last.op !== "matmul" && last.op !== "add") return null;
  const own = inputs.filter(({ kind }) => kind === "parameter");
  const bias = own.find(({ shape }) => shape.length === 1);
  if (bias !== undefined && rms(bias) > rms(last) / 2) return bias;
  if (last.op === "add") return null;
  const data = inputs.find(({ kind }) => kind !== "parameter");
  const weight = own.find(({ shape }) => shape.length > 1);
  return data !== undefined && weight !== undefined && rms(data) < MAX_INPUT ? weight : null;
}

type Found = NonNullable<ReturnType<typeof meanLossOf>>;

function reportScale(term: LossTerm, { node, number, times }: Scale, { loss, guess, what }: Found): Trouble {
  const { min, max } = term.prediction.value;
  return {
    ...said(
      `Before training the loss is ${showNumber(loss, 3)}; a guess has ${showNumber(guess, 3)} (${what}).`,
      `What the last layer gives is made ${showNumber(times, 3)} times as large here, and then goes from ${showNumber(min, 3)} to ${showNumber(max, 3)}: the network is sure of answers that it has not learned.`,
    ),
    site: node.site,
    node: node.id,
    undo: () => new Map([[number.id, new Float64Array(number.value.size).fill(1)]]),
    evidence: { loss, guess, times: loss / guess, scale: times, min, max },
    related: beside(term.node.site, "the loss"),
    fixes: [
      {
        title: "Leave the factor out, or use one near 1",
        detail: "Layers start with weights that give numbers near 1, as the loss expects them.",
      },
    ],
  };
}

interface Culprit {
  readonly term: LossTerm;
  readonly last: ReportNode;
  readonly culprit: ReportNode;
}

function report(traced: Traced, { term, last, culprit }: Culprit, { loss, guess, what }: Found): Trouble {
  const written = writersOf(traced).get(culprit.id);
  const site: Site | null = siteInRow(traced, written ?? null) ?? culprit.site;
  const { min, max } = culprit.value;
  return {
    ...said(
      `Before training the loss is ${showNumber(loss, 3)}; a guess has ${showNumber(guess, 3)} (${what}).`,
      `${culprit.name ?? "The last layer's parameter"} goes from ${showNumber(min, 3)} to ${showNumber(max, 3)}, so the network is sure of answers that it has not learned.`,
    ),
    site: site ?? placeToChange(traced, last),
    node: culprit.id,
    undo: () => shrunk(traced, [culprit.id]),
    evidence: { loss, guess, times: loss / guess, min, max },
    related: beside(term.node.site, "the loss"),
    fixes: [
      {
        title: "Start the last layer small",
        detail: "With weights of about 1/√inputs and a bias of 0 the network begins without an opinion.",
      },
    ],
  };
}
