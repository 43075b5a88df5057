/** The optimisers of a run, with what each of them holds and did. */
import { BY_HAND } from "../../report/own-steps";
import type { Site } from "../../report/report";
import { at, rowAt } from "../../report/trace";
import { lazily } from "../lazily";
import { siteInRow, type Traced } from "../traced";

/** A parameter of an optimiser. */
interface Optimised {
  /** Null for a parameter that is no node of the run. */
  readonly node: number | null;
  readonly learningRate: number;
  readonly weightDecay: number;
  /** Euclidean norm of what a step changed, and of the parameter before; -1 where no step was measured. */
  readonly update: number;
  readonly before: number;
}

export interface Optimiser {
  /** Its row in the table of optimisers. */
  readonly row: number;
  /** The class: "SGD". */
  readonly type: string;
  readonly site: Site | null;
  readonly learningRate: number;
  readonly momentum: number;
  readonly weightDecay: number;
  readonly steps: number;
  readonly clears: number;
  readonly parameters: readonly Optimised[];
}

/** Those of the library, in the order of their construction. */
export const optimisersOf = lazily((traced): readonly Optimiser[] =>
  trainersOf(traced).filter((each) => !isByHand(each)),
);

/** Whether it stands for steps that the program takes by itself. */
export function isByHand({ type }: Optimiser): boolean {
  return type === BY_HAND;
}

/** The same, with steps that the program takes by itself before them. */
export const trainersOf = lazily((traced): readonly Optimiser[] => {
  const { optimizers, optimised } = traced.trace.tables;
  const parameters: Optimised[][] = Array.from({ length: optimizers.type.length }, () => []);
  for (let row = 0; row < optimised.optimizer.length; row++)
    parameters[at(optimised.optimizer, row)]?.push({
      node: rowAt(optimised.node, row),
      learningRate: at(optimised.learningRate, row),
      weightDecay: at(optimised.weightDecay, row),
      update: at(optimised.update, row),
      before: at(optimised.before, row),
    });
  return parameters.map((held, row) => ({
    row,
    type: traced.trace.texts[at(optimizers.type, row)] ?? "",
    site: siteInRow(traced, rowAt(optimizers.site, row)),
    learningRate: at(optimizers.learningRate, row),
    momentum: at(optimizers.momentum, row),
    weightDecay: at(optimizers.weightDecay, row),
    steps: at(optimizers.steps, row),
    clears: at(optimizers.clears, row),
    parameters: held,
  }));
});

/** Whether an optimiser holds the parameter, and with it one that `counts`. */
export function isHeldWith(traced: Traced, node: number, counts: (node: number) => boolean): boolean {
  return optimisersOf(traced).some(({ parameters }) => {
    const holds = (is: (node: number) => boolean) =>
      parameters.some((each) => each.node !== null && is(each.node));
    return holds((each) => each === node) && holds(counts);
  });
}
