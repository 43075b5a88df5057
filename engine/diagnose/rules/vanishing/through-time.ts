/** Gradients of a recurrent state that shrink from step to step until the early steps no longer count. */

import { showNumber } from "../../../core/number-text";
import type { ReportNode } from "../../../report/report";
import { at } from "../../../report/trace";
import { factorsBetween } from "../../measures/path";
import type { Trouble } from "../../rule";
import { said } from "../../said";
import type { Traced } from "../../traced";

const MIN_STEPS = 10;

export function vanishingThroughTime(traced: Traced, limit: number): Trouble[] {
  const [worst] = statesOf(traced)
    .flatMap((steps) => findingOf(steps, limit))
    .sort((a, b) => Number(a.evidence.ratio) - Number(b.evidence.ratio));
  return worst === undefined ? [] : [worst];
}

/** What each name of the model held one after the other, where every tensor was made with weights from the one before. */
function statesOf(traced: Traced): ReportNode[][] {
  const held = new Map<string, ReportNode[]>();
  const { events } = traced.trace.tables;
  for (let row = 0; row < events.node.length; row++) {
    const node = traced.nodes[at(events.node, row)];
    if (node?.kind !== "operation" || node.grad === null || node.grad.nonFinite > 0) continue;
    const key = `${at(events.binding, row)} ${at(events.part, row)}`;
    const steps = held.get(key) ?? [];
    if (steps.at(-1) !== node) steps.push(node);
    held.set(key, steps);
  }
  return [...held.values()].filter((steps) => steps.length >= MIN_STEPS && isRecurrent(traced, steps));
}

/** Whether the last two steps used the same weight: other layers one after the other are depth, not time. */
function isRecurrent(traced: Traced, steps: readonly ReportNode[]): boolean {
  const [first, second, third] = steps.slice(-3);
  if (first === undefined || second === undefined || third === undefined) return false;
  const earlier = new Set(weightsBetween(traced, second.id, first.id));
  return weightsBetween(traced, third.id, second.id).some((weight) => earlier.has(weight));
}

function weightsBetween(traced: Traced, from: number, to: number): number[] {
  const inputs = factorsBetween(traced, from, to).flatMap(({ node }) => traced.nodes[node]?.inputs ?? []);
  return inputs.filter((id) => traced.nodes[id]?.kind === "parameter");
}

function findingOf(steps: readonly ReportNode[], limit: number): Trouble[] {
  const last = steps.at(-1);
  const norm = ({ grad }: ReportNode) => grad?.norm ?? 0;
  // What is exactly 0 may have other reasons; it counts when something else faded out.
  const first = steps.find((step) => norm(step) > 0);
  if (last === undefined || first === undefined || norm(first) / norm(last) >= limit) return [];
  const within = steps.filter((step) => norm(step) / norm(last) >= limit).length;
  const name = last.name ?? last.op;
  const ratio = norm(first) / norm(last);
  const site = (step: ReportNode, when: string) =>
    step.site === null
      ? []
      : [{ site: step.site, message: `${name} ${when}: ‖gradient‖ ${showNumber(norm(step), 3)}` }];
  return [
    {
      severity: "warning",
      ...said(
        `The gradient vanishes through the steps of a loop: ‖gradient‖ of ${name} is ${showNumber(norm(last), 3)} in the last of ${steps.length} steps and ${showNumber(norm(first), 3)} in step ${steps.indexOf(first) + 1}.`,
        `What happened more than ${within} steps before the end hardly changes the weights.`,
      ),
      site: last.site,
      node: last.id,
      evidence: { steps: steps.length, first: norm(first), last: norm(last), ratio, limit, within },
      related: [...site(first, `in step ${steps.indexOf(first) + 1}`), ...site(last, "in the last step")],
      fixes: [
        {
          title: "Use nn.LSTM or nn.GRU",
          detail: "Their state is carried on by a sum, through which a gradient passes unchanged.",
        },
        {
          title: "Start with orthogonal recurrent weights, of size 1",
          detail: "Then the first steps neither shrink nor enlarge the gradient (nn.init.orthogonal).",
        },
      ],
    },
  ];
}
