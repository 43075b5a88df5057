/** Where the library's own gradient is no derivative: cross entropy of probabilities that are as good as 0 or 1. */
import { allOps } from "../../core/op";
import type { Run } from "../../tracing/run";
import type { Fault } from "../blame/operation";
import { type CheckFacts, inLine } from "./conclude";

/** Nearer to 0 or 1 than this, a probability has lost too many digits for its logarithm to have a slope that shows. */
const NEAR = 1e-6;

/** True for a fault of binaryCrossEntropy that comes from such probabilities; a rule that was put in its place is none. */
export function isSaturated({ step: { recorded, node } }: Fault): boolean {
  const { op } = recorded;
  if (op.name !== "binaryCrossEntropy" || allOps().get(op.name) !== op) return false;
  return Array.prototype.some.call(node.x.data, (p: number) => p * (1 - p) < NEAR);
}

/** What a check says when nothing else is at fault. */
export function explainSaturated(run: Run, facts: CheckFacts, { step: { recorded } }: Fault): CheckFacts {
  const site = run.sources.site(recorded.out.site);
  return {
    ...facts,
    verdict: "noise-floor",
    culprit: { op: recorded.op.name, site },
    message: `Probabilities that reach binaryCrossEntropy${inLine(site)} are so close to 0 or 1 that its gradient is cut off, as PyTorch's is, and differences say little. binaryCrossEntropyWithLogits of the values before the sigmoid has an exact one. ${facts.message}`,
  };
}
