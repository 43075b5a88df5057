/** Masks of attention that leak: what is hidden gets weight all the same. */
import { showPercent } from "../../core/number-text";
import { type MaskFault, maskFaultsOf } from "../measures/mask-faults";
import { operationsOf } from "../measures/operations";

import { beside, defineRule, type Offered, type Trouble } from "../rule";
import { said } from "../said";
import type { Traced } from "../traced";

export const attentionMask = defineRule({
  id: "attention-mask",
  title: "Attention mask that leaks",
  severity: "warning",
  page: {
    meaning:
      "A mask says which places attention may not look at: padding, or what comes later in a text. It works by making the score of such a place −∞ before the softmax, so that its weight is exactly 0.",
    harm: "A mask that leaks lets a language model see the word that it is to predict: the loss falls and the model cannot write. Padding that gets weight waters the values of real words down.",
    cure: "Fill the hidden scores with −Infinity before the softmax; for a causal mask hide all keys behind a query's own place, triu(ones, { diagonal: 1 }).",
    source: "Vaswani et al., Attention Is All You Need (2017), section 3.2.3.",
  },
  thresholds: {},
  find(traced) {
    const [first, ...others] = maskFaultsOf(traced);
    return first === undefined ? [] : [report(traced, first, others)];
  },
  measure: (traced) => ({ label: "attentions whose mask leaks", value: maskFaultsOf(traced).length }),
});

interface Text {
  readonly headline: string;
  readonly explanation: string;
  readonly fix: Offered;
}

const infinity: Offered = {
  title: "Fill the hidden scores with -Infinity before the softmax",
  detail:
    "maskedFill(scores, mask, -Infinity), where the mask is true for what is to be hidden: e to that power is 0.",
};

const texts: Record<MaskFault["kind"], (fault: MaskFault) => Text> = {
  leak: ({ leak, use }) => ({
    headline: `What this mask hides still gets up to ${showPercent(leak)} of a query's attention.`,
    explanation:
      use.how === "multiply"
        ? "A score that is multiplied by 0 is 0, and e to the power 0 is 1: softmax gives it a weight like any other."
        : "The number that stands for hidden scores is not far enough below the others.",
    fix: infinity,
  }),
  unnormalised: ({ leak }) => ({
    headline: `This mask comes behind the softmax: up to ${showPercent(leak)} of a query's attention is thrown away.`,
    explanation:
      "The weights that are left do not sum to 1 any more, and the hidden scores have already taken part in the softmax.",
    fix: infinity,
  }),
  "sees-next": () => ({
    headline: "This causal mask is one place off: every query sees the key right behind its own place.",
    explanation: "A model that predicts the next item is shown that very item.",
    fix: { title: "Hide one diagonal more", detail: "A query may see the keys up to its own place." },
  }),
  "sees-not-itself": () => ({
    headline:
      "This causal mask is one place off: no query sees its own place, and the first one sees nothing.",
    explanation:
      "A row in which all scores are hidden is shared out evenly among all of them, or becomes NaN.",
    fix: { title: "Hide one diagonal less", detail: "A query may see the keys up to its own place." },
  }),
  inverted: () => ({
    headline:
      "This mask is the wrong way round: a query sees what comes later and nothing of what came before.",
    explanation: "What is true in the mask is hidden in some functions and seen in others.",
    fix: { title: "Turn the mask round", detail: "logicalNot(mask), or triu in the place of tril." },
  }),
  queries: () => ({
    headline: "This mask hides whole queries and no key: what is to be hidden is looked at by all others.",
    explanation: "The mask lies along the rows of the scores. Keys stand in the last dimension.",
    fix: {
      title: "Lay the mask along the last dimension",
      detail: "A mask [items, keys] becomes [items, 1, keys] with unsqueeze(mask, 1).",
    },
  }),
};

function report(traced: Traced, fault: MaskFault, others: readonly MaskFault[]): Trouble {
  const { headline, explanation, fix } = texts[fault.kind](fault);
  const { use, kind, leak, offset } = fault;
  const triangle = ["sees-next", "sees-not-itself", "inverted"].includes(kind)
    ? triangleOf(traced, use.mask)
    : null;
  const call = traced.nodes[use.node]?.site ?? null;
  const site = (triangle === null ? null : traced.nodes[triangle]?.site) ?? call;
  const lines = new Map(others.map((other) => [lineOf(traced, other.use.node), other.use.node]));
  lines.delete(lineOf(traced, use.node));
  return {
    ...said(headline, explanation),
    site,
    node: use.node,
    // Softmax of a row in which everything is −∞ is NaN.
    explains: kind === "leak" || kind === "unnormalised" || kind === "sees-next" ? [] : ["non-finite"],
    evidence: kind === "leak" || kind === "unnormalised" ? { kind, leak } : { kind, offset },
    related: [
      ...(triangle === null ? [] : beside(call, "Here the mask is laid upon the scores")),
      ...[...lines.values()].flatMap((node) => beside(traced.nodes[node]?.site ?? null, "This mask as well")),
    ],
    fixes: [{ ...fix, ...(remediesOf(traced, fault, triangle) ?? {}) }],
  };
}

function lineOf({ nodes }: Traced, node: number): string {
  const site = nodes[node]?.site;
  return `${site?.file}:${site?.line}`;
}

/** The triangle of ones or zeros that a mask was made from. */
function triangleOf(traced: Traced, mask: number): number | null {
  const operations = operationsOf(traced);
  let level = [mask];
  for (let depth = 0; depth < 8 && level.length > 0; depth++) {
    const found = level.find((node) => /^tri[lu]$/.test(operations.op(node)));
    if (found !== undefined) return found;
    level = level.flatMap((node) => operations.inputs(node));
  }
  return null;
}

function remediesOf(
  traced: Traced,
  { kind, use, offset }: MaskFault,
  triangle: number | null,
): Pick<Offered, "remedies"> | null {
  const call = traced.nodes[triangle ?? use.node]?.site ?? null;
  const operations = operationsOf(traced);
  if (call === null) return null;
  if (kind === "leak" && operations.op(use.node) === "maskedFill")
    return { remedies: [{ change: "option", call, name: "value", value: "-Infinity", position: 2 }] };
  if (triangle === null || offset === 0 || kind === "inverted") return null;
  const diagonal = Number(operations.attribute(triangle, "diagonal") ?? 0) - offset;
  return { remedies: [{ change: "option", call, name: "diagonal", value: String(diagonal), position: 1 }] };
}
