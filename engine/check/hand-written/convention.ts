/** How a backward pass is called: what of the forward pass's result is differentiated, and what goes with the gradient. */
import { flatNumbers, leavesOf } from "../../core/numbers";
import type { ParameterName } from "../../tracing/run";

export interface Convention {
  /** False for a loss whose backward pass takes no gradient, as it starts with 1. */
  readonly takesGradient: boolean;
  output(result: unknown): unknown;
  /** The arguments of the backward pass, from the gradient of `output(result)`. */
  args(cotangent: unknown, result: unknown, inputs: readonly unknown[]): unknown[];
}

export interface Called {
  /** True for a function whose name says that it is a forward pass: it returns [output, cache]. */
  readonly isNamedForward: boolean;
  readonly inputs: readonly ParameterName[];
  readonly takes: readonly ParameterName[];
  readonly incoming: number;
  /** What the backward pass was called with in the run, besides gradients; nothing when it was not. */
  readonly given: readonly unknown[] | null;
}

const cacheName = /^_*(?:cache|ctx|context|saved|memo|tape|stash|state|aux|residuals?)\w*$/i;
const outputName = /^(?:out|outputs?|y|value|loss|result|z|h|yhat|probs)$/i;

/** The ways in which it may be meant to be called, the likeliest first. */
export function conventionsOf(called: Called, result: unknown, inputs: readonly unknown[]): Convention[] {
  const { takes } = called;
  if (takes.length === 0 || (called.incoming === 0 && hasSameNames(takes, called.inputs)))
    return withoutGradient(takes.length, result);
  const isLast = called.incoming === 0 && takes.length === 2 && cacheName.test(takes[0]?.name ?? "");
  const count = Math.max(1, Math.min(called.incoming, takes.length));
  const cached = [...fromList(takes, count, result), ...fromObject(takes, count, result)];
  const alone = takes.length === count ? outputAlone(result) : [];
  const isPlainFirst = called.isNamedForward
    ? restIsInputs(called, count, inputs.length) &&
      flatNumbers(result) !== null &&
      !holdsInput(result, inputs)
    : restIsInputs(called, count, inputs.length) || takes.length === count || flatNumbers(result) !== null;
  const others = plain(called, count, inputs.length);
  const found = isPlainFirst ? [...others, ...cached, ...alone] : [...cached, ...others, ...alone];
  return isLast ? found.map(reversed) : found;
}

/** The first of several results, when the pass takes one gradient and keeps the rest itself. */
function outputAlone(result: unknown): Convention[] {
  const isList = Array.isArray(result) && result.length > 1;
  const keys = typeof result === "object" && result !== null && !isList ? Object.keys(result) : [];
  const name = isList ? 0 : keys.find((key) => outputName.test(key));
  if (name === undefined) return [];
  const output = (value: unknown) => (value as Record<string | number, unknown>)[name];
  return [{ takesGradient: true, output, args: (cotangent) => [cotangent] }];
}

function hasSameNames(takes: readonly ParameterName[], inputs: readonly ParameterName[]): boolean {
  return (
    takes.length === inputs.length && takes.every(({ name }, i) => name !== "" && name === inputs[i]?.name)
  );
}

function restIsInputs({ takes, inputs }: Called, count: number, given: number): boolean {
  const rest = takes.slice(count);
  if (rest.some(({ rest: all }) => all)) return true;
  return (
    rest.length > 0 &&
    rest.length === Math.max(inputs.length, given) &&
    !rest.some(({ name }) => cacheName.test(name)) &&
    (rest.length > 1 || rest[0]?.name === inputs[0]?.name || rest[0]?.name !== "")
  );
}

function holdsInput(result: unknown, inputs: readonly unknown[]): boolean {
  return Array.isArray(result) && result.some((part) => typeof part === "object" && inputs.includes(part));
}

function reversed({ args, ...convention }: Convention): Convention {
  return { ...convention, args: (...given) => args(...given).reverse() };
}

function withoutGradient(count: number, result: unknown): Convention[] {
  const isList =
    Array.isArray(result) &&
    result.length === 2 &&
    typeof result[0] === "number" &&
    flatNumbers(result[1])?.shape.length !== 0;
  const output = (value: unknown) => (isList ? (value as unknown[])[0] : value);
  if (flatNumbers(output(result))?.data.length !== 1) return [];
  return [{ takesGradient: false, output, args: (_g, _r, inputs) => (count === 0 ? [] : [...inputs]) }];
}

/** `backward(grad, ...inputs)`, or `backward(grad)` alone; what else it takes is as it was in the run. */
function plain({ takes, given, inputs }: Called, count: number, size: number): Convention[] {
  const rest = takes.slice(count);
  const isInputs = rest.length >= Math.max(1, inputs.length, size) || rest.some((each) => each.rest);
  const args = (cotangent: unknown, _result: unknown, values: readonly unknown[]) => [
    ...gradients(cotangent, count),
    ...(given && !isInputs ? given.slice(count) : values),
  ];
  return [{ takesGradient: true, output: (result) => result, args }];
}

function gradients(cotangent: unknown, count: number): unknown[] {
  if (count === 1) return [cotangent];
  const all: unknown[] = Array.isArray(cotangent)
    ? cotangent
    : typeof cotangent === "object" && cotangent !== null
      ? Object.values(cotangent)
      : [cotangent];
  return all.slice(0, count);
}

/** `[out, cache]`, `[h, c, cache]`, `[out, x, w]`. */
function fromList(takes: readonly ParameterName[], count: number, result: unknown): Convention[] {
  if (!Array.isArray(result) || result.length < 2) return [];
  const size = result.length;
  const rest = takes.length - count;
  const [first] = takes;
  const parts =
    count === 1 && (first?.parts.length ?? 0) > 1 && size - rest === first?.parts.length ? size - rest : 0;
  const outputs = count > 1 && size > count ? count : parts > 0 ? parts : 1;
  const output = (value: unknown) =>
    outputs > 1 ? (value as unknown[]).slice(0, outputs) : (value as unknown[])[0];
  const args = (cotangent: unknown, value: unknown) => {
    const kept = (value as unknown[]).slice(outputs);
    return [...gradients(cotangent, count), ...kept];
  };
  return [{ takesGradient: true, output, args }];
}

/** `{ out, cache }`, `{ y, mask, x }`. */
function fromObject(takes: readonly ParameterName[], count: number, result: unknown): Convention[] {
  if (typeof result !== "object" || result === null || Array.isArray(result) || takes.length <= count)
    return [];
  if (leavesOf(result)[0]?.path.length === 0) return [];
  const keys = Object.keys(result);
  const cache =
    keys.find((key) => cacheName.test(key)) ??
    keys.find((key) => key === takes.at(-1)?.name && keys.length > 1);
  const name = keys.find((key) => outputName.test(key));
  const others =
    cache === undefined ? (name === undefined ? [] : [name]) : keys.filter((key) => key !== cache);
  const [only] = others;
  if (only === undefined) return [];
  const part = (value: unknown, key: string) => (value as Record<string, unknown>)[key];
  const output = (value: unknown) =>
    others.length === 1
      ? part(value, only)
      : Object.fromEntries(others.map((key) => [key, part(value, key)]));
  const args = (cotangent: unknown, value: unknown) => [
    ...gradients(cotangent, count),
    cache === undefined ? value : part(value, cache),
  ];
  return [{ takesGradient: true, output, args }];
}
