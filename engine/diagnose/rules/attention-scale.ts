/** Attention whose scores are not divided by the root of their size: softmax is given numbers that are too large. */
import { showNumber } from "../../core/number-text";
import { sizeOf } from "../../core/shape";
import { at } from "../../report/trace";
import { type Scores, scoresOf } from "../measures/attention";
import { type LinearMap, linearMapsOf } from "../measures/linear-maps";
import { isView, operationsOf } from "../measures/operations";
import { entersProduct } from "../measures/products";

import { beside, defineRule, type Offered, type RuleLimits, type Trouble } from "../rule";
import { said } from "../said";
import type { Traced } from "../traced";

export const attentionScale = defineRule({
  id: "attention-scale",
  title: "Attention without its scale",
  severity: "warning",
  page: {
    meaning:
      "Attention compares a query with each key by the sum of their products. The sum of d products spreads like the root of d, so it is divided by that root.",
    harm: "Without the division the scores of wide heads are large. Softmax then gives one key all of the weight, and where it is that sure its derivative is almost 0: the queries and keys hardly learn.",
    cure: "Multiply the scores by 1 / √d, with d the size of one head's query, or call scaledDotProductAttention.",
    source: "Vaswani et al., Attention Is All You Need (2017), section 3.2.1.",
  },
  thresholds: {
    size: { value: 16, text: "smallest size of a query that counts" },
    deviation: {
      value: 3,
      text: "standard deviation of scores between values that no layers project, from which on the softmax is taken for too sharp",
    },
  },
  explains: ["saturation"],
  find(traced, limits) {
    const found = scoresOf(traced).filter((scores) => isUnscaled(traced, scores, limits));
    return found.length === 0 ? [] : [report(traced, found)];
  },
  measure: (traced) => {
    const [first] = scoresOf(traced).filter(({ product }) => product !== null);
    return first === undefined
      ? null
      : { label: "standard deviation of the first attention's scores", value: deviationOf(traced, first) };
  },
});

function sizeOfQuery(traced: Traced, { product }: Scores): number {
  return product === null ? 0 : (operationsOf(traced).shape(product.query).at(-1) ?? 0);
}

function scaleOf({ factors }: Scores): number {
  return factors.reduce((product, { factor }) => product * Math.abs(factor), 1);
}

/** Of the scores as softmax gets them, masks aside. */
function deviationOf(traced: Traced, scores: Scores): number {
  const node = scores.product?.node ?? -1;
  if (node === scores.node || node < 0) return 0;
  // What scaled the queries is in the product already.
  const behind = scores.factors.filter((each) => each.node > node);
  return at(traced.trace.tables.nodes.std, node) * scaleOf({ ...scores, factors: behind });
}

function isUnscaled(
  traced: Traced,
  scores: Scores,
  limits: RuleLimits & { readonly size: number; readonly deviation: number },
): boolean {
  const { product, isTempered, node } = scores;
  const size = sizeOfQuery(traced, scores);
  // A factor of exactly 1 / d or the like is a scale that somebody chose.
  if (product === null || isTempered || size < limits.size || scaleOf(scores) < 0.99) return false;
  if (product.node !== node && !entersProduct(traced)(node)) return false;
  const maps = [product.query, product.key].map((each) => mapBehind(traced, each));
  const [query, key] = maps;
  if (query && key) return !isAbsorbed(traced, [query, key], size);
  return deviationOf(traced, scores) > limits.deviation;
}

/** The projection that made a query or a key. */
function mapBehind(traced: Traced, from: number): LinearMap | null {
  const operations = operationsOf(traced);
  const maps = linearMapsOf(traced);
  for (let id = from; operations.op(id) !== ""; ) {
    const found = maps.of(id);
    if (found !== null) return found;
    if (!isView(operations, id) && !/^(narrow|select|mul|div|add|sub|cat|neg)$/.test(operations.op(id)))
      return null;
    const [x = -1, y = -1] = operations.inputs(id);
    id = operations.isLearned(x) ? x : y;
  }
  return null;
}

/** Whether the weights were made smaller at the start instead, as T5 does it. */
function isAbsorbed(traced: Traced, maps: readonly [LinearMap, LinearMap], size: number): boolean {
  const [a, b] = maps.map(({ weight, inputs }) => {
    const elements = sizeOf(operationsOf(traced).shape(weight));
    return (
      (at(traced.trace.tables.nodes.norm, weight) / Math.sqrt(Math.max(1, elements))) * Math.sqrt(inputs)
    );
  }) as [number, number];
  const root = Math.sqrt(size);
  return Math.max(a, b) / Math.min(a, b) >= root / 2 || a * b < 0.5 / root;
}

function report(traced: Traced, found: readonly Scores[]): Trouble {
  const [scores, ...others] = found as [Scores, ...Scores[]];
  const size = sizeOfQuery(traced, scores);
  const scale = scaleOf(scores);
  const deviation = deviationOf(traced, scores);
  const largest = largestOf(scores);
  const wanted = showNumber(1 / Math.sqrt(size), 3);
  const spread = deviation > 0 ? ` Their standard deviation is ${showNumber(deviation, 3)}.` : "";
  const is = scale > 1.01 ? `multiplied by ${showNumber(scale, 3)}` : "not scaled";
  const lines = new Map(others.map((each) => [lineOf(traced, each), each]));
  lines.delete(lineOf(traced, scores));
  return {
    ...said(
      `The scores of this attention are ${is}: for queries of ${size} elements they are to be multiplied by 1 / √${size} = ${wanted}.`,
      `A sum of ${size} products spreads ${showNumber(Math.sqrt(size), 3)} times as far as one of them.${spread} Softmax puts all weight on the largest score and passes hardly any gradient.`,
    ),
    site: traced.nodes[largest.node]?.site ?? null,
    node: largest.node,
    evidence: { size, scale, wanted: 1 / Math.sqrt(size), deviation, attentions: found.length },
    related: [...lines.values()].flatMap(({ product }) =>
      beside(traced.nodes[product?.node ?? -1]?.site ?? null, "These scores are not scaled either"),
    ),
    fixes: [fixOf(traced, scores, [...lines.values()])],
  };
}

function lineOf({ nodes }: Traced, { product }: Scores): string {
  const site = nodes[product?.node ?? -1]?.site;
  return `${site?.file}:${site?.line}`;
}

/** One for all: an attention that is left as it is leaves the finding. @param others those of other lines */
function fixOf(traced: Traced, scores: Scores, others: readonly Scores[]): Offered {
  const own = fixOfOne(traced, scores);
  const rest = others.map((each) => fixOfOne(traced, each).remedies ?? []);
  if (own.remedies === undefined || rest.some((remedies) => remedies.length === 0))
    return { title: own.title, detail: own.detail };
  return { ...own, remedies: [...own.remedies, ...rest.flat()] };
}

function fixOfOne(traced: Traced, scores: Scores): Offered {
  const { product, factors, node } = scores;
  const size = sizeOfQuery(traced, scores);
  const expression = traced.nodes[product?.node ?? -1]?.site ?? null;
  const offered = {
    title: `Multiply the scores by 1 / √${size}`,
    detail: "mul(scores, 1 / Math.sqrt(d)), with d the size of one head's query.",
  };
  if (expression === null || product?.node === node) return offered;
  if (factors.length === 0)
    return { ...offered, remedies: [{ change: "wrap", expression, name: "mul", more: `${size} ** -0.5` }] };
  return withoutFactor(traced, scores, size) ?? offered;
}

/** Divides by a factor in the place of multiplying by it, or leaves it out. */
function withoutFactor(traced: Traced, scores: Scores, size: number): Offered | null {
  const { node, factor } = largestOf(scores);
  const { op = "", site: call = null } = traced.nodes[node] ?? {};
  if (call === null || (op !== "mul" && op !== "div")) return null;
  if (Math.abs(factor / Math.sqrt(size) - 1) < 0.01) {
    const name = op === "mul" ? "div" : "mul";
    const title =
      name === "div" ? `Divide by √${size} in the place of multiplying` : `Multiply by 1 / √${size}`;
    const detail = "The scores of wide queries are to be made smaller, not larger.";
    return { title, detail, remedies: [{ change: "callee", call, name }] };
  }
  if (scaleOf(scores) / factor >= 0.99) return null;
  return {
    title: `Leave the factor ${showNumber(factor, 3)} out`,
    detail: "What is left scales the scores as it is meant to be.",
    remedies: [{ change: "unwrap", call }],
  };
}

/** The factor that makes the scores largest; the product itself where there is none above 1. */
function largestOf({ factors, product, node }: Scores): Scores["factors"][number] {
  const none = { node: product?.node ?? node, factor: 1.01 };
  return factors.reduce((a, b) => (Math.abs(b.factor) > Math.abs(a.factor) ? b : a), none);
}
