/** The diagnosis: rules that look for what keeps a network from training. */
import type { Finding } from "../report/report";
import { broadcastLoss } from "./broadcast-loss";
import { deadRelu } from "./dead-relu";
import { explodingGradient } from "./exploding-gradient";
import { nonFinite } from "./non-finite";
import type { Traced } from "./traced";
import { vanishingGradient } from "./vanishing-gradient";
import { vanishingThroughTime } from "./vanishing-through-time";

/** One rule: what it finds in a run. It must stay silent about a run that is fine. */
export type DiagnosisRule = (traced: Traced) => Finding[];

const rules: readonly DiagnosisRule[] = [
  nonFinite,
  explodingGradient,
  vanishingGradient,
  vanishingThroughTime,
  deadRelu,
  broadcastLoss,
];

export function diagnose(traced: Traced): Finding[] {
  return rules.flatMap((rule) => rule(traced));
}
