/** The loss of a comparison for each item on average, beside that of somebody who guesses. */
import type { Traced } from "../traced";
import type { LossTerm } from "./loss-terms";
import { judgedIn } from "./residuals";

interface MeanLoss {
  readonly loss: number;
  readonly guess: number;
  /** "ln 10" */
  readonly what: string;
}

/** Whatever the reduction of the loss is, and whatever it is multiplied with; null for other kinds. */
export function meanLossOf(traced: Traced, term: LossTerm): MeanLoss | null {
  const { kind, prediction, target, byHand, bend } = term;
  if (target === null || target.requiresGrad || bend !== null) return null;
  if (kind === "squares") return ofSquares(traced, term);
  if (byHand) return null;
  const judged = judgedIn(traced, term);
  if (judged.length === 0) return null;
  const loss = judged.reduce((sum, { surprise }) => sum + surprise, 0) / judged.length;
  const classes = prediction.shape[1] ?? 0;
  if (kind === "class-logits") return { loss, guess: Math.log(classes), what: `ln ${classes}` };
  return kind === "binary-logits" ? { loss, guess: Math.LN2, what: "ln 2" } : null;
}

function ofSquares(traced: Traced, { prediction, target }: LossTerm): MeanLoss | null {
  const p = traced.values(prediction.id, "value");
  const t = target === null ? null : traced.values(target.id, "value");
  if (p === null || t === null || p.length !== t.length || t.length < 8) return null;
  let [loss, guess] = [0, 0];
  for (let i = 0; i < t.length; i++) {
    loss += ((p[i] ?? 0) - (t[i] ?? 0)) ** 2;
    guess += (t[i] ?? 0) ** 2;
  }
  // Nothing is a guess where all targets are 0.
  if (guess === 0) return null;
  return { loss: loss / t.length, guess: guess / t.length, what: "the mean square of the targets" };
}
