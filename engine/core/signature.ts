/**
 * The calling convention: tensors first, then options by name in one object, or in PyTorch's positions, or in positions and
 * then the object. A signature says once how the arguments are called and in which order they stand.
 */
import { showValue } from "./describe";
import { inFunction, ModelError } from "./error";
import type { Kind } from "./kinds";
import { isEverywhere, unknownName } from "./options";
import { isTensor } from "./tensor";

export type Kinds = Readonly<Record<string, Kind>>;

export interface Signature {
  /** Names of the arguments that the reader gets one by one; the others follow in an object. */
  readonly first: readonly string[];
  /** The options, in their order. */
  readonly options: Kinds;
  /** Names of all arguments that have a position, as they stand when tensors come first. */
  readonly positions: readonly string[];
  /** PyTorch's order, where a number or a shape stands between its tensors; else null. */
  readonly pytorch: readonly string[] | null;
  /** Whether a call is in PyTorch's order, given that there are two. */
  isPytorch(args: readonly unknown[]): boolean;
  /** Where the argument stands that may be spread, `reshape(x, 3, 2)` for `reshape(x, [3, 2])`; or −1. */
  readonly spreadAt: number;
  /** Other names of options. */
  readonly aliases: Readonly<Record<string, string>>;
}

interface More {
  /** Options without a position: PyTorch takes them by name only. */
  named?: Kinds;
  /** PyTorch's order when it does not begin with the tensors. */
  pytorch?: readonly string[];
  /** Tells PyTorch's order from the other one; by default by what stands first where they differ. */
  isPytorch?(args: readonly unknown[]): boolean;
  /** The argument whose numbers may stand one by one. */
  spread?: string;
  aliases?: Readonly<Record<string, string>>;
}

/**
 * Says what a function or a layer takes.
 * @param first names of the arguments that stand alone, tensors before the others
 * @param options what may follow, by name or in this order
 */
export function takes(first: readonly string[], options: Kinds = {}, more: More = {}): Signature {
  const positions = [...first, ...Object.keys(options)];
  const pytorch = more.pytorch ?? null;
  const differs = pytorch?.findIndex((name, i) => name !== positions[i]) ?? 0;
  return {
    first,
    options: { ...options, ...more.named },
    positions,
    pytorch,
    isPytorch:
      more.isPytorch ?? ((args) => typeof args[differs] === "number" || Array.isArray(args[differs])),
    spreadAt: more.spread === undefined ? -1 : first.indexOf(more.spread),
    aliases: more.aliases ?? {},
  };
}

/** Whether a call of `count` arguments with this last one is sure to be as a reader wants it. */
export function isArranged({ first, spreadAt, pytorch }: Signature, count: number, last: unknown): boolean {
  if (count > first.length || spreadAt >= 0 || pytorch !== null) return false;
  return typeof last !== "object" || isTensor(last);
}

/**
 * The arguments of a call as a reader wants them: the first ones one by one, then the options in one object.
 * @throws ModelError for an argument or an option that nobody reads, and for a value of the wrong kind
 */
export function arrange(signature: Signature, given: readonly unknown[]): readonly unknown[] {
  const { first, spreadAt, pytorch } = signature;
  const isSpread = spreadAt >= 0 && typeof given[spreadAt] === "number";
  if (!isSpread && (pytorch === null || !signature.isPytorch(given))) {
    const n = given.length;
    const hasOptions = isOptions(given[n - 1]);
    if (n <= first.length && !hasOptions) return given;
    if (n === first.length + 1 && hasOptions && isPlain(signature, given[n - 1] as object)) return given;
  }
  return sort(signature, isSpread ? gatherNumbers(spreadAt, given) : given);
}

/**
 * The arguments of a call of `name`, whose messages begin with that name, in the form N that the signature describes.
 * @throws ModelError as `arrange`
 */
export function readCall<N extends readonly unknown[]>(
  name: string,
  signature: Signature,
  given: readonly unknown[],
): N {
  return inFunction(name, () => arrange(signature, given)) as N;
}

/** @throws ModelError for arguments behind the `taken` ones that a function of fixed arguments reads */
export function refuseSurplus(name: string, taken: number, surplus: readonly unknown[]): void {
  const at = surplus.findIndex((value) => value !== undefined);
  if (at < 0) return;
  throw new ModelError(
    `${name}(): found ${showValue(surplus[at])} as argument ${taken + at + 1}, expected ${taken} arguments`,
  );
}

/** Whether an object of options can be handed on as it is. */
function isPlain({ options }: Signature, given: object): boolean {
  for (const name in given) {
    const value = (given as Record<string, unknown>)[name];
    if (!Object.hasOwn(options, name)) return false;
    if (value !== undefined && options[name]?.fits(value) !== true) return false;
  }
  return true;
}

/** Puts every argument under its name, and takes them from there in the reader's order. */
function sort(signature: Signature, given: readonly unknown[]): readonly unknown[] {
  const { first, options, positions, pytorch } = signature;
  const values = trimmed(given);
  const last = values.at(-1);
  if (isCallback(positions, values)) return [values[0]];
  const byName = isOptions(last) ? (last as Readonly<Record<string, unknown>>) : {};
  const byPosition = isOptions(last) ? values.slice(0, -1) : values;
  const order = pytorch !== null && signature.isPytorch(byPosition) ? pytorch : positions;
  checkCount(order, byPosition);
  const found = new Map<string, unknown>();
  for (const [i, value] of byPosition.entries()) found.set(order[i] as string, value);
  for (const name in byName) if (!isEverywhere(name, byName)) place(signature, found, name, byName[name]);
  const rest: Record<string, unknown> = {};
  for (const name in options) {
    const value = checkKind(name, found.get(name), options[name] as Kind);
    if (value !== undefined) rest[name] = value;
  }
  return [...first.map((name) => found.get(name)), rest];
}

function place(signature: Signature, found: Map<string, unknown>, given: string, value: unknown): void {
  const { first, options, aliases } = signature;
  const name = Object.hasOwn(aliases, given) ? (aliases[given] as string) : given;
  if (!Object.hasOwn(options, name) && !first.includes(name)) {
    const known = Object.keys(options).filter((each) => options[each]?.isGone !== true);
    throw unknownName("option", given, [...known, ...first.slice(1)]);
  }
  if (value === undefined) return;
  if (found.get(name) !== undefined) {
    throw new ModelError(
      `${given} is given twice, by position and by name: ${showValue(found.get(name))} and ${showValue(value)}`,
    );
  }
  found.set(name, value);
}

function checkKind(name: string, value: unknown, kind: Kind): unknown {
  if (value === undefined || (value === null && kind.keepsNull !== true)) return undefined;
  if (kind.fits(value)) return value;
  throw new ModelError(`${name} is ${showValue(value)}, expected ${kind.expected}`);
}

function checkCount(order: readonly string[], given: readonly unknown[]): void {
  if (given.length <= order.length) return;
  const most = order.length === 0 ? "no arguments" : `at most ${order.length}: ${order.join(", ")}`;
  const at = given.findIndex((value, i) => i >= order.length && value !== undefined);
  throw new ModelError(`found ${showValue(given[at])} as argument ${at + 1}, expected ${most}`);
}

/** `xs.map(relu)` hands on a place and the list, too; for a function of one argument that is no mistake. */
function isCallback(positions: readonly string[], [value, i, list, ...more]: readonly unknown[]): boolean {
  if (positions.length !== 1 || more.length > 0 || typeof i !== "number") return false;
  return Array.isArray(list) && list[i] === value;
}

/** Without what was left out at the end. */
function trimmed(given: readonly unknown[]): readonly unknown[] {
  const length = given.findLastIndex((value) => value !== undefined) + 1;
  return length === given.length ? given : given.slice(0, length);
}

/** Numbers that stand one by one from position `at` on as one array. */
function gatherNumbers(at: number, given: readonly unknown[]): readonly unknown[] {
  if (typeof given[at] !== "number") return given;
  let end = at;
  while (typeof given[end] === "number") end++;
  return [...given.slice(0, at), given.slice(at, end), ...given.slice(end)];
}

/** An object that can only be one of options: no tensor, no list, nothing else that an argument may be. */
export function isOptions(value: unknown): boolean {
  if (typeof value !== "object" || value === null || isTensor(value)) return false;
  if (Array.isArray(value) || ArrayBuffer.isView(value) || Symbol.iterator in value) return false;
  return isRecord(value);
}

/** A literal of any realm, or an object with fields of its own. */
function isRecord(value: object): boolean {
  const prototype = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null || Object.keys(value).length > 0;
}
