/** What an operation is: one record that holds its value, its derivatives, how it reads, and samples. */
import { isFloat } from "./dtype";
import { withName } from "./error";
import type { OpFunction } from "./op-function";
import { recordOperation } from "./record-operation";
import { setQuiet } from "./recording";
import type { Role } from "./role";
import type { At, Rule, Rules } from "./rule";
import type { Sampler } from "./sampler";
import { arrange, isArranged, type Signature } from "./signature";
import type { Tensor } from "./tensor";

export { inFunction } from "./error";
export type { OpFunction, OptionPositions as Positions } from "./op-function";
export type { At, Rule, Rules } from "./rule";

/** An operation. Everything that Gradlens says and checks about it derives from this record. */
export interface Op {
  /** The function's name in `gradlens`. */
  readonly name: string;
  readonly role: Role;
  /** How it reads with inputs x, y: "x + y". */
  readonly label: string;
  /** LaTeX of the derivative, with \bar{o} the incoming gradient: "\\bar{x} = \\bar{o} (1 - o^2)". */
  readonly formula: string;
  /** Value only; the operations it may call on the way are not recorded. */
  forward(inputs: readonly Tensor[], attrs: object): Tensor;
  vjp(input: number, at: At): Rule | null;
  jvp(input: number, at: At): Rule | null;
  /** Calls at which the derivatives are checked; their random numbers come from `r`. */
  samples(r: Sampler): Call<object>[];
}

/** The arguments of a call, sorted into tensors and the rest. */
export interface Call<A extends object> {
  readonly inputs: readonly Tensor[];
  readonly attrs: A;
}

/** What one writes to define an operation that is called with P. */
export interface OpSpec<P extends readonly unknown[], A extends object>
  extends Pick<Op, "name" | "role" | "label" | "formula"> {
  /** What it takes, and in which order; null for an operation that only other operations call. */
  readonly takes: Signature | null;
  /**
   * Reads a call: checks arguments, fills in defaults. It gets the first arguments of `takes` one by one and the others in an
   * object, whose names and kinds are checked already. Its ModelErrors get the function's name in front.
   */
  args(...args: P): Call<A>;
  forward(inputs: readonly Tensor[], attrs: A): Tensor;
  readonly vjp: Rules<A>;
  readonly jvp: Rules<A>;
  /** Arguments of calls, at least one; away from kinks. */
  samples(r: Sampler): readonly [P, ...P[]];
}

const registry = new Map<string, Op>();

/** All operations, by name, in the order of their definition. */
export function allOps(): ReadonlyMap<string, Op> {
  return registry;
}

/**
 * Defines an operation and returns the function that model files call. Annotate the constant that takes it
 * (`export const sin: Unary = …`), so that derivatives may name operations that are defined later.
 */
export function defineOp<
  P extends readonly unknown[],
  A extends object,
  Q extends readonly unknown[] = never,
  R extends readonly unknown[] = never,
>(spec: OpSpec<P, A>): OpFunction<P, Q, R> {
  const { takes } = spec;
  const parse = (...args: P | Q | R) => {
    try {
      // Without `arrange`, which most calls do without, the arguments need no array in memory.
      const isReady = takes === null || isArranged(takes, args.length, args[args.length - 1]);
      return isReady ? spec.args(...(args as P)) : spec.args(...(arrange(takes, args) as P));
    } catch (error) {
      throw withName(spec.name, error);
    }
  };
  const op: Op = {
    name: spec.name,
    role: spec.role,
    label: spec.label,
    formula: spec.formula,
    // The record forgets the type of its attributes here, once: a node pairs an operation with its own attributes.
    forward: spec.forward as Op["forward"],
    vjp: ruleOf(spec.vjp as Rules<object>),
    jvp: ruleOf(spec.jvp as Rules<object>),
    samples: (r) => spec.samples(r).map((args) => parse(...args)),
  };
  registry.set(op.name, op);
  const call = (...args: P | Q | R) => {
    const { inputs, attrs } = parse(...args);
    return apply(op, inputs, attrs);
  };
  // One body takes every form; the compiler does not follow a union of argument lists into overloads.
  return Object.assign(call, { op }) as unknown as OpFunction<P, Q, R>;
}

function ruleOf(rules: Rules<object>): (input: number, at: At) => Rule | null {
  return typeof rules === "function" ? rules : (input) => rules[input] ?? null;
}

/** Runs an operation on tensors and records it when a tape or a gradient asks for that. */
export function apply(op: Op, inputs: readonly Tensor[], attrs: object): Tensor {
  const wasQuiet = setQuiet(true);
  let out: Tensor;
  try {
    out = op.forward(inputs, attrs);
  } catch (error) {
    throw withName(op.name, error);
  } finally {
    setQuiet(wasQuiet);
  }
  return wasQuiet ? out : recordOperation(op, inputs, attrs, out, isFloat(out.dtype));
}
