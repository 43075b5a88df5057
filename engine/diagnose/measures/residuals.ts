/** How wrong each answer is, beside the gradient that the loss gives it: what tells weights of samples from samples that are done. */
import type { ReportNode } from "../../report/report";
import { lazily } from "../lazily";
import type { Traced } from "../traced";
import type { LossTerm } from "./loss-terms";

/** A part of the predictions that is judged as one: a row of class logits, or an element. */
export interface JudgedPart {
  readonly index: number;
  /** Norm of its gradient. */
  readonly gradient: number;
  /** How wrong it is, from 0 to about 1. */
  readonly residual: number;
  /** Its cross entropy: −ln of the probability of what is right. */
  readonly surprise: number;
}

/** Of more parts, some are looked at, spread over all. */
const MAX_PARTS = 50_000;

const known = lazily(() => new Map<LossTerm, readonly JudgedPart[]>());

/** None where the loss, or its shapes, are of another kind. */
export function judgedIn(traced: Traced, term: LossTerm): readonly JudgedPart[] {
  const before = known(traced).get(term);
  if (before !== undefined) return before;
  const found = judge(traced, term);
  known(traced).set(term, found);
  return found;
}

function judge(traced: Traced, term: LossTerm): JudgedPart[] {
  const { kind, prediction, target } = term;
  const gradients = traced.values(prediction.id, "grad");
  const values = traced.values(prediction.id, "value");
  const wanted = target === null ? null : traced.values(target.id, "value");
  if (gradients === null || values === null || wanted === null || target === null) return [];
  if (kind === "class-logits") return rowsOfClasses({ gradients, values, wanted }, prediction, term);
  if (kind !== "binary-logits" || wanted.length !== values.length) return [];
  return spread(values.length).map((index) => {
    const z = values[index] ?? 0;
    // By hand the target may be weighted: above 0 is yes.
    const want = Math.min(1, wanted[index] ?? 0);
    const residual = Math.abs(1 / (1 + Math.exp(-z)) - want);
    const surprise = Math.max(z, 0) - z * want + Math.log1p(Math.exp(-Math.abs(z)));
    return { index, gradient: Math.abs(gradients[index] ?? 0), residual, surprise };
  });
}

/** Indices of parts that are looked at. */
function spread(count: number): number[] {
  const step = Math.max(1, Math.ceil(count / MAX_PARTS));
  return Array.from({ length: Math.ceil(count / step) }, (_, i) => i * step);
}

interface Arrays {
  readonly gradients: ArrayLike<number>;
  readonly values: ArrayLike<number>;
  readonly wanted: ArrayLike<number>;
}

function rowsOfClasses(
  { gradients, values, wanted }: Arrays,
  { shape }: ReportNode,
  term: LossTerm,
): JudgedPart[] {
  const [items = 0, classes = 0] = shape;
  if (shape.length !== 2 || term.dim !== 1) return [];
  const isIndex = wanted.length === items;
  if (!isIndex && wanted.length !== items * classes) return [];
  return spread(items).map((index) => {
    const z = Array.from({ length: classes }, (_, i) => values[index * classes + i] ?? 0);
    const most = Math.max(...z);
    const total = z.reduce((sum, v) => sum + Math.exp(v - most), 0);
    let [gradient, residual, surprise] = [0, 0, 0];
    for (let i = 0; i < classes; i++) {
      const want = isIndex ? Number(wanted[index] === i) : (wanted[index * classes + i] ?? 0);
      residual += (Math.exp((z[i] ?? 0) - most) / total - want) ** 2;
      if (want > 0) surprise -= want * ((z[i] ?? 0) - most - Math.log(total));
      gradient += (gradients[index * classes + i] ?? 0) ** 2;
    }
    return { index, gradient: Math.sqrt(gradient), residual: Math.sqrt(residual), surprise };
  });
}
