/** Steps that are too small to change the weights in any time that somebody would wait. */
import { showNumber } from "../../core/number-text";
import type { Site } from "../../report/report";
import { at, rowAt } from "../../report/trace";
import { hasLearnt, trainerOf } from "../measures/descent";
import { isByHand, type Optimiser } from "../measures/optimisers";
import { parametersOf } from "../measures/parameters";
import { beside, defineRule, type Trouble } from "../rule";
import { said } from "../said";
import { siteInRow, type Traced } from "../traced";

export const updateRatio = defineRule({
  id: "update-ratio",
  title: "Steps too small",
  severity: "warning",
  page: {
    meaning: "A step is measured against the weights that it changes: about a thousandth of them is usual.",
    harm: "With a millionth, a weight needs a million steps to become another one: the loss seems to stand still.",
    cure: "Raise the learning rate, or look at the schedule that lowers it.",
    source: "Karpathy's notes for CS231n: about 1e-3; SageMaker Debugger reports 1e-8, TheDeepChecker 1e-4.",
  },
  thresholds: { small: { value: 3e-6, text: "norm of a step over the norm of the weights" } },
  find: findSmall,
  measure(traced) {
    const ratio = ratioOf(trainerOf(traced));
    return ratio === null ? null : { label: "norm of a step over the norm of the weights", value: ratio };
  },
});

function findSmall(traced: Traced, { small }: { readonly small: number }): Trouble[] {
  const trainer = trainerOf(traced);
  const ratio = ratioOf(trainer);
  if (trainer === null || ratio === null || !(ratio < small) || trainer.steps < 3) return [];
  // Steps become small at the end of a schedule, and where there is little left to learn.
  if (hasLearnt(traced) !== false || !wouldFall(traced)) return [];
  const rate = trainer.learningRate;
  const schedule = scheduleOf(traced, trainer);
  return [
    {
      ...said(
        `The steps of this ${trainer.type} change the weights by ${showNumber(ratio, 2)} of their size, and the network has learnt nothing yet.`,
        `${rate > 0 ? `The learning rate is ${showNumber(rate, 2)}; about` : "About"} a thousandth of the weights is a usual step.${schedule === null ? "" : ` A schedule has brought it down to ${showNumber(schedule.share, 2)} of the first one.`}`,
      ),
      site: schedule?.site ?? trainer.site,
      node: null,
      evidence: { ratio, learningRate: rate, steps: trainer.steps },
      related: schedule === null ? [] : beside(trainer.site, "the optimiser"),
      fixes: schedule === null ? [usualRate(trainer)] : [slower],
    },
  ];
}

/** Whether a usual step along the gradient lowers the loss: not so where training has come to rest. */
function wouldFall(traced: Traced): boolean {
  const moved = new Map<number, Float64Array>();
  const { reached } = parametersOf(traced);
  const norm = (of: "value" | "grad") =>
    Math.hypot(...[...reached].map((node) => traced.nodes[node]?.[of]?.norm ?? 0));
  const length = (USUAL * norm("value")) / norm("grad");
  for (const node of reached) {
    const [values, gradient] = [traced.values(node, "value"), traced.values(node, "grad")];
    if (values !== null && gradient !== null)
      moved.set(
        node,
        Float64Array.from(values, (value, i) => value - length * at(gradient, i)),
      );
  }
  const again = traced.experiments?.repeat(moved) ?? null;
  return again !== null && traced.loss !== null && again.loss < traced.loss.value * (1 - USUAL / 10);
}

/** A usual step, as a part of the weights. */
const USUAL = 1e-3;

const slower = {
  title: "Step the schedule less often: once an epoch, not after every batch",
  detail: "Its rates are meant for epochs, unless it was made for as many steps as there are batches.",
};

/** The last step of a schedule that made the rate a hundred times smaller, or more. */
function scheduleOf(
  traced: Traced,
  { row }: Optimiser,
): { readonly share: number; readonly site: Site | null } | null {
  const { acts } = traced.trace.tables;
  for (let act = acts.kind.length - 1; act >= 0; act--) {
    if (traced.trace.texts[at(acts.kind, act)] !== "schedule" || rowAt(acts.optimizer, act) !== row) continue;
    const share = at(acts.value, act);
    return share < 0.01 ? { share, site: siteInRow(traced, rowAt(acts.site, act)) } : null;
  }
  return null;
}

function usualRate(trainer: Optimiser) {
  const { type, site } = trainer;
  if (isByHand(trainer))
    return {
      title: "Use a learning rate of 0.05",
      detail: "It is a usual one for steps along the gradient.",
    };
  const value = type === "SGD" ? "0.05" : "0.001";
  return {
    title: `Use a learning rate of ${value}`,
    detail: `It is a usual one for ${type}.`,
    ...(site === null ? {} : { remedies: [{ change: "option" as const, call: site, name: "lr", value }] }),
  };
}

/** Norm of the last step that was measured over that of the parameters; null where none was. */
function ratioOf(trainer: Optimiser | null): number | null {
  const measured = trainer?.parameters.filter(({ update, before }) => update >= 0 && before > 0) ?? [];
  if (measured.length === 0) return null;
  return (
    Math.hypot(...measured.map(({ update }) => update)) / Math.hypot(...measured.map(({ before }) => before))
  );
}
