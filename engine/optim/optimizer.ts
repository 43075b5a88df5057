/** What optimisers share: groups of parameters, their state, and a step over all of them. */

import { describeValue } from "../core/describe";
import type { Values } from "../core/dtype";
import { ModelError } from "../core/error";
import { inFunction } from "../core/op";
import { checkOptions } from "../core/options";
import { activeTape, enableGrad } from "../core/tape";
import { isTensor, type Tensor } from "../core/tensor";

/** Parameters that share hyperparameters; `lr` may be changed between steps. */
export type ParameterGroup<O extends object> = Required<O> & { params: Tensor[]; lr: number };

/** Parameters, or groups of them with options of their own. */
export type Parameters<O extends object> =
  | Iterable<Tensor>
  | Iterable<{ params: Iterable<Tensor> } & Partial<O>>;

/** Arrays that an optimiser keeps for one parameter, made when it is first updated. */
export class ParameterState {
  /** Steps this parameter has taken. */
  step = 0;
  private readonly arrays = new Map<string, Float64Array>();

  constructor(private readonly size: number) {}

  /** The array of this name, zeros at first. */
  array(name: string): Float64Array {
    let found = this.arrays.get(name);
    if (found === undefined) {
      found = new Float64Array(this.size);
      this.arrays.set(name, found);
    }
    return found;
  }
}

/** The base of optimisers: `step()` changes the data of all parameters that have a gradient. */
export abstract class Optimizer<O extends { lr?: number }> {
  /** The groups of parameters with their options, which may be changed between steps. */
  readonly paramGroups: ParameterGroup<O>[];
  private readonly states = new Map<Tensor, ParameterState>();

  private readonly defaults: Required<O>;

  constructor(params: Parameters<O>, options: O, defaults: Required<O>) {
    const name = `optim.${this.constructor.name}`;
    inFunction(name, () => checkOptions(options, Object.keys(defaults)));
    this.defaults = { ...defaults, ...options };
    this.paramGroups = readGroups(name, params, this.defaults, Object.keys(defaults));
    for (const group of this.paramGroups) {
      if (!(group.lr >= 0))
        throw new ModelError(`${name}(): lr is ${group.lr}, expected a number of at least 0`);
    }
    activeTape()?.notes.diary.open(this, this.constructor.name, this.paramGroups);
  }

  /** Forgets all gradients. */
  zeroGrad(): void {
    activeTape()?.notes.diary.clear(this);
    for (const { params } of this.paramGroups) for (const p of params) p.grad = null;
  }

  /**
   * Adds parameters with options of their own; what is left out is as the optimiser was made with.
   * @throws ModelError for a parameter that is in a group already
   */
  addParamGroup(group: { params: Iterable<Tensor> } & Partial<O>): void {
    const name = `optim.${this.constructor.name}`;
    const [added] = readGroups<O>(name, [group], this.defaults, Object.keys(this.defaults));
    const known = new Set(this.paramGroups.flatMap(({ params }) => params));
    if (added?.params.some((p) => known.has(p))) {
      throw new ModelError(`${name}: addParamGroup() found a parameter that is in another group already`);
    }
    if (added !== undefined) this.paramGroups.push(added);
  }

  /**
   * Updates every parameter that has a gradient.
   * @param closure clears the gradients, computes the loss and its gradients and returns the loss; called before the update
   * @returns what the closure returned, null without one
   */
  step(closure?: () => Tensor): Tensor | null {
    const loss = closure === undefined ? null : enableGrad(closure);
    this.noteStep(() => this.updateAll());
    return loss;
  }

  /** Runs what changes the parameters; a trace tells how far they moved. */
  protected noteStep(run: () => void): void {
    const noted = activeTape()?.notes.diary.step(this);
    if (noted) noted.moves.during(noted.steps, this.paramGroups, run);
    else run();
  }

  private updateAll(): void {
    for (const group of this.paramGroups) {
      for (const p of group.params) {
        if (p.grad === null) continue;
        const state = this.stateOf(p);
        state.step++;
        this.update(p.data, p.grad.data, group, state);
      }
    }
  }

  /** What is kept for one parameter. */
  protected stateOf(p: Tensor): ParameterState {
    let state = this.states.get(p);
    if (state === undefined) {
      state = new ParameterState(p.size);
      this.states.set(p, state);
    }
    return state;
  }

  /** Changes the values `w` of one parameter with gradient `g`. */
  protected abstract update(w: Values, g: Values, group: ParameterGroup<O>, state: ParameterState): void;
}

function readGroups<O extends object>(
  name: string,
  params: Parameters<O>,
  options: Required<O>,
  known: readonly string[],
): ParameterGroup<O>[] {
  if (params === null || typeof params !== "object" || !(Symbol.iterator in params)) {
    throw new ModelError(`${name}(): params is ${describeValue(params)}, expected an array of tensors`, {
      hint: "net.parameters() gives them",
    });
  }
  const items = [...params];
  if (items.length === 0) throw new ModelError(`${name}(): found no parameters, expected at least one`);
  const groups = items.every((each) => isTensor(each)) ? [{ params: items }] : items;
  return groups.map((group) => {
    if (isTensor(group) || group?.params === undefined) {
      throw new ModelError(
        `${name}(): found ${describeValue(group)} among the groups, expected { params: … }`,
      );
    }
    inFunction(name, () => checkOptions(group, ["params", ...known]));
    const tensors = [...group.params].map((p) => checkParameter(name, p));
    return { ...options, ...group, params: tensors } as ParameterGroup<O>;
  });
}

function checkParameter(name: string, p: unknown): Tensor {
  if (!isTensor(p)) throw new ModelError(`${name}(): found ${describeValue(p)}, expected a tensor`);
  if (!p.isLeaf) {
    throw new ModelError(`${name}(): found a tensor that was computed from others, expected a parameter`);
  }
  return p;
}
