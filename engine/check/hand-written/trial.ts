/** Runs a hand-written layer again and again, each time from the same state and with the same random numbers. */

import { ModelError } from "../../core/error";
import { watchCalls } from "../../core/hand-calls";
import { deepCopy, type Flat, leavesOf, partAt, replaced } from "../../core/numbers";
import { Draws } from "../../tracing/draws";
import { inBackward } from "../../tracing/steps";
import { inFloat64 } from "../differences/replay";
import { type Convention, conventionsOf } from "./convention";
import type { HandWrittenLayer } from "./layer";
import { withSameRandom } from "./random";
import { State } from "./state";

type Path = readonly (string | number)[];

/** Other numbers in an input, or in a field of the object. */
export interface InputChange {
  readonly input: number | null;
  readonly path: Path;
  readonly data: Float64Array;
  /** What a field held before. */
  readonly before: Float64Array;
}

/** What one backward pass gave. */
export interface Gave {
  readonly returned: unknown;
  readonly fields: ReadonlyMap<string, unknown>;
  /** Keys of the hand-written functions that ran in it. */
  readonly called: ReadonlySet<string>;
}

export class Trial {
  readonly inputs: readonly unknown[];
  /** What forward gets where it does not write into its inputs; it may keep them, so they are not `inputs` themselves. */
  readonly #lent: readonly unknown[];
  readonly #state: State;
  #restores = false;
  #draws: Draws | null = null;
  #copies = true;
  #convention: Convention | null = null;

  constructor(readonly layer: HandWrittenLayer) {
    this.#state = new State(layer.self === null ? [] : [layer.self], layer.files);
    this.inputs = layer.inputs.map((input) => deepCopy(input));
    if (layer.self !== null) this.#state.assume(layer.self, layer.modes);
    this.#lent = this.inputs.map((input) => deepCopy(input));
    this.#state.restore();
  }

  /** Gives the model its own values back. */
  close(): void {
    this.#state.putBack();
  }

  get takesGradient(): boolean {
    return this.#convention?.takesGradient ?? true;
  }

  /** The ways in which the backward pass may be called. @throws whatever forward throws */
  conventions(): Convention[] {
    const { result, inputs } = this.#once(() => {
      this.#state.restore();
      return this.#forward(this.#fresh());
    });
    if (typeof (result as { readonly then?: unknown } | null | undefined)?.then === "function")
      throw new ModelError(
        "its forward pass is asynchronous and gives a promise: only functions that give their numbers at once can be checked",
      );
    this.#copies = inputs.some((input, i) => !isSame(numbersIn(input), numbersIn(this.inputs[i])));
    return conventionsOf(this.layer.called, result, inputs);
  }

  choose(convention: Convention): void {
    this.#convention = convention;
  }

  /** False when the same inputs do not give the same outputs, even from the same state. */
  isSteady(): boolean {
    if (isSame(this.outputs(), this.outputs())) return true;
    this.#restores = true;
    if (isSame(this.outputs(), this.outputs())) return true;
    this.#draws = new Draws();
    return isSame(this.outputs(), this.outputs());
  }

  /** All numbers of the output, with other numbers in inputs or fields. */
  outputs(changes: readonly InputChange[] = []): Float64Array {
    return this.#once(() => {
      if (this.#restores) this.#state.restore();
      const { self } = this.layer;
      const ofFields = self === null ? [] : changes.filter(({ input }) => input === null);
      const puts = ofFields.map(({ path, data }) => this.#state.write(self as object, path, data));
      try {
        return numbersIn(this.#output(this.#forward(this.#fresh(changes)).result));
      } finally {
        for (const [i, { before }] of ofFields.entries()) puts[i]?.(before);
      }
    });
  }

  /**
   * True for a field that the forward pass fills itself: what it remembers, and no parameter. One that forward cannot be
   * run without, such as a size, is not filled by it.
   */
  isFilled({ path, flat }: { readonly path: Path; readonly flat: Flat }): boolean {
    const { self } = this.layer;
    if (self === null) return false;
    const other = flat.data.map((v, i) => v + 0.1 + 0.01 * Math.sin(i));
    return this.#once(() => {
      this.#state.restore();
      try {
        this.#state.write(self, path, other);
        this.#forward(this.#fresh());
        return !isSame(numbersIn(partAt(this.#state.fieldsOf(self), path)), other);
      } catch {
        return false;
      } finally {
        this.#state.restore();
      }
    });
  }

  /** The fields of the object, as they are when nothing ran yet. */
  fields(): ReadonlyMap<string, unknown> {
    const { self } = this.layer;
    if (self === null) return new Map();
    this.#state.restore();
    return this.#state.fieldsOf(self);
  }

  /**
   * One forward pass, then the backward pass for a gradient of the output.
   * @param cleared fields that hold gradients, which some passes add to
   * @param before an earlier call on other numbers, after which the fields are cleared again
   */
  gradients(cotangent: Float64Array, cleared: readonly Path[], before: readonly InputChange[] = []): Gave {
    return this.#once(() => {
      this.#state.restore();
      if (before.length > 0) {
        this.#clear(cleared);
        this.#backward(cotangent, this.#fresh(before));
      }
      this.#clear(cleared);
      const { value, called } = watchCalls(() => this.#backward(cotangent, this.#fresh()));
      const { self } = this.layer;
      // Some passes change the weights themselves: what they left is copied, and the next call starts anew.
      const fields = self === null ? new Map<string, unknown>() : this.#state.fieldsOf(self);
      const gave = { returned: deepCopy(value), fields: deepCopy(fields), called };
      this.#state.restore();
      return gave;
    });
  }

  /** True when a whole call on other numbers changes nothing of what the next forward pass gives. */
  isAsBefore(others: readonly InputChange[], cotangent: Float64Array): boolean {
    if (others.length === 0 || this.#restores) return false;
    const expected = this.outputs();
    return this.#once(() => {
      this.#state.restore();
      this.#backward(cotangent, this.#fresh(others));
      const found = numbersIn(this.#output(this.#forward(this.#fresh()).result));
      this.#state.restore();
      return isSame(expected, found);
    });
  }

  #clear(paths: readonly Path[]): void {
    const { self } = this.layer;
    if (self === null) return;
    const fields = this.#state.fieldsOf(self);
    for (const path of paths) {
      const numbers = numbersIn(partAt(fields, path));
      this.#state.write(self, path, new Float64Array(numbers.length));
    }
  }

  #backward(cotangent: Float64Array, inputs: readonly unknown[]): unknown {
    const { result } = this.#forward(inputs);
    const output = this.#output(result);
    const args = this.#convention?.args(withNumbers(output, cotangent), result, inputs) ?? [];
    return inBackward(() => this.layer.backward(...args));
  }

  #forward(inputs: readonly unknown[]) {
    return { result: this.layer.forward(...inputs), inputs };
  }

  #output(result: unknown): unknown {
    return this.#convention ? this.#convention.output(result) : result;
  }

  #fresh(changes: readonly InputChange[] = []): unknown[] {
    // A field that is changed may be an input that forward kept.
    const isField = changes.some(({ input }) => input === null);
    const inputs = this.#copies || isField ? this.inputs.map((input) => deepCopy(input)) : [...this.#lent];
    return changes.reduce(changed, inputs);
  }

  #once<T>(fn: () => T): T {
    const run = () => withSameRandom(() => inFloat64(fn));
    return this.#draws ? this.#draws.again(run) : run();
  }
}

function changed(inputs: unknown[], { input, path, data }: InputChange): unknown[] {
  if (input === null) return inputs;
  const found = leavesOf(inputs[input]).find((leaf) => leaf.path.join() === path.join());
  if (found) inputs[input] = replaced(inputs[input], path, found.flat.rebuild(data.slice()));
  return inputs;
}

/** The continuous numbers of a value, one after the other. */
function numbersIn(value: unknown): Float64Array {
  const parts = leavesOf(value).flatMap(({ flat }) => (flat.continuous ? [flat.data] : []));
  const [first] = parts;
  if (parts.length === 1 && first) return first;
  const all = new Float64Array(parts.reduce((sum, part) => sum + part.length, 0));
  parts.reduce((at, part) => {
    all.set(part, at);
    return at + part.length;
  }, 0);
  return all;
}

/** A value of the same form with other numbers. */
function withNumbers(value: unknown, numbers: Float64Array): unknown {
  let at = 0;
  return leavesOf(value).reduce<unknown>((result, { path, flat }) => {
    if (!flat.continuous) return result;
    const own = numbers.slice(at, at + flat.data.length);
    at += own.length;
    return replaced(result, path, flat.rebuild(own));
  }, deepCopy(value));
}

function isSame(a: Float64Array, b: Float64Array): boolean {
  return a.length === b.length && a.every((v, i) => Object.is(v, b[i]));
}
