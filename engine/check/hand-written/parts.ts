/** What of a layer is checked: its inputs and the fields that are parameters, each with the gradient that it was given. */
import { type Flat, flatNumbers, type Leaf, leavesOf, partAt } from "../../core/numbers";
import { isTensor } from "../../core/tensor";
import type { ParameterName } from "../../tracing/run";
import { type Argument, type Given, isScalar, isWhole, matchArguments, matchLeaf } from "./matching";
import { gradientName, isDataName, isGradientHolder, isMadeByPass, shortGradientName } from "./names";
import type { Gave, Trial } from "./trial";

type Path = readonly (string | number)[];

/** One input or field, or one array of it. */
export interface Part {
  readonly name: string;
  /** The argument; null for a field. */
  readonly input: number | null;
  readonly path: Path;
  readonly flat: Flat;
  /** True for what is likely no input to differentiate by: labels, sizes, a slope that is set. */
  readonly isOption: boolean;
  /** True where the name says that it is data, such as targets. */
  readonly isData: boolean;
  /** Where the object keeps its gradient; null for inputs, and where it was not found. */
  readonly gradientAt: Path | null;
}

/** Inputs and fields with numbers in them. @param after the fields after a backward pass, which may make some of them */
export function partsOf(trial: Trial, after: ReadonlyMap<string, unknown> = new Map()): Part[] {
  const { inputs, called } = trial.layer;
  const args = argumentsOf(inputs, called.inputs);
  return [...args.flatMap((argument, i) => ofArgument(argument, i)), ...ofFields(trial.fields(), after)];
}

export function argumentsOf(inputs: readonly unknown[], names: readonly ParameterName[]): Argument[] {
  return inputs.map((input, i) => ({ name: nameOfInput(i, names), leaves: leavesOf(input) }));
}

function nameOfInput(i: number, names: readonly ParameterName[]): string {
  const last = names.at(-1);
  if (last?.rest && i >= names.length - 1) return `${last.name}[${i - names.length + 1}]`;
  return names[i] === undefined ? `input ${i + 1}` : names[i].name;
}

function ofArgument(argument: Argument, input: number): Part[] {
  const { leaves } = argument;
  return leaves.flatMap((leaf): Part[] => {
    const { path, flat } = leaf;
    if (!flat.continuous || flat.data.length === 0) return [];
    const name = [argument.name, ...path].filter((part) => part !== "").join(".");
    const alone = { name, leaves: [leaf] };
    const isOption = (isScalar(alone) && !isWeight(argument.name, alone)) || (isWhole(alone) && input > 0);
    return [{ name, input, path, flat, isOption, isData: isDataName(name), gradientAt: null }];
  });
}

/** A number that its name calls a weight, and no setting such as `eps`. */
function isWeight(name: string, alone: Argument): boolean {
  return !isWhole(alone) && /^(?:b\d?|bias|w\d?|weight|intercept|shift)$/i.test(name);
}

function ofFields(before: ReadonlyMap<string, unknown>, after: ReadonlyMap<string, unknown>): Part[] {
  const fields = new Map([...before, ...after]);
  const names = [...fields.keys()];
  const isGradient = (name: string) =>
    names.some((other) => other !== name && gradientName(other, [name]) === name);
  const seen = new Set<unknown>();
  return [...before].flatMap(([name, value]): Part[] => {
    if (isMadeByPass(name) || isGradient(name) || isGradientHolder(name) || isLayer(value)) return [];
    return leavesOf(value).flatMap((leaf): Part[] => {
      const part = ofField(fields, [name, ...leaf.path], leaf);
      const held = partAt(value, leaf.path);
      if (part === null || (typeof held === "object" && seen.has(held))) return [];
      seen.add(held);
      return [part];
    });
  });
}

function ofField(fields: ReadonlyMap<string, unknown>, path: Path, { flat }: Leaf): Part | null {
  const last = String(path.at(-1));
  if (!flat.continuous || flat.data.length === 0) return null;
  if (path.length > 1 && (/^(?:g|d|grad|gradient|delta)$/i.test(last) || isMadeByPass(last))) return null;
  const isValue = path.length > 1 && /^(?:value|data|val|values|weights?)$/.test(last);
  const name = (isValue ? path.slice(0, -1) : path).join(".");
  const alone = { name, leaves: [{ path: [], flat }] };
  const isOption = isScalar(alone) || isWhole(alone);
  return {
    name,
    input: null,
    path,
    flat,
    isOption,
    isData: isDataName(name),
    gradientAt: gradientPath(fields, path, flat),
  };
}

function isLayer(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(isLayer);
  if (typeof value !== "object" || value === null || isTensor(value)) return false;
  const { forward, backward } = value as Record<string, unknown>;
  return typeof forward === "function" || typeof backward === "function";
}

/** Where an object keeps the gradient of a field: `dW`, `grads.W`, `W.grad`. */
function gradientPath(fields: ReadonlyMap<string, unknown>, path: Path, flat: Flat): Path | null {
  const key = String(path.at(-1));
  const names = [...fields.keys()].filter((name) => name !== path[0]);
  const around = path.length > 1 ? partAt(fields, path.slice(0, -1)) : null;
  if (typeof around === "object" && around !== null && !Array.isArray(around)) {
    const beside = [...keysOf(around)].filter((each) => each !== key);
    const name =
      gradientName(key, beside) ?? beside.find((each) => /^(?:grad|gradient|g|d|delta)$/i.test(each));
    if (name !== undefined) return [...path.slice(0, -1), name];
  }
  const own = gradientName(key, names);
  if (own !== undefined && path.length <= 2) return [own];
  for (const holder of names.filter(isGradientHolder)) {
    const grads = fields.get(holder);
    if (typeof grads !== "object" || grads === null) continue;
    const inner = partAt(grads, path.slice(1));
    if (path.length > 1 && inner !== undefined) return [holder, ...path.slice(1)];
    const keys = keysOf(grads);
    const name = keys.find((each) => each === key) ?? gradientName(key, keys) ?? shortGradientName(key, keys);
    if (name !== undefined) return [holder, name];
  }
  const short = path.length === 1 ? shortGradientName(key, names) : undefined;
  const isFree =
    short !== undefined &&
    sizeAt(fields, [short]) === flat.data.length &&
    !names.some((other) => other !== short && gradientName(other, [short]) === short);
  return isFree ? [short] : isTensor(partAt(fields, path)) ? [...path, "grad"] : null;
}

function keysOf(holder: object): string[] {
  return holder instanceof Map
    ? [...holder.keys()].filter((key) => typeof key === "string")
    : Object.keys(holder);
}

function sizeAt(fields: ReadonlyMap<string, unknown>, path: Path): number {
  return flatNumbers(partAt(fields, path))?.data.length ?? -1;
}

/** The gradient of each part in what a backward pass gave. */
export function gradientsOf(parts: readonly Part[], gave: Gave, args: readonly Argument[]): Given[] {
  const found = matchArguments(gave.returned, args);
  const extra = extrasOf(gave.returned, args.length);
  const withoutPlace = parts.filter(({ input, gradientAt }) => input === null && gradientAt === null);
  return parts.map((part): Given => {
    const { input, path, gradientAt, flat } = part;
    if (input !== null) {
      const argument = args[input] as Argument;
      const leaf = argument.leaves.find((each) => each.path.join() === path.join());
      const given = found[input];
      return leaf && given ? matchLeaf(given, argument, leaf) : { kind: "lacking" };
    }
    const value = gradientAt === null ? undefined : partAt(gave.fields, gradientAt);
    if (value !== undefined && value !== null) return { kind: "value", value, place: null };
    return fromReturned(gave.returned, String(path.at(-1)), extra, withoutPlace.indexOf(part), flat);
  });
}

function extrasOf(returned: unknown, count: number): readonly unknown[] {
  return Array.isArray(returned) && flatNumbers(returned) === null && returned.length > count
    ? returned.slice(count)
    : [];
}

/** Some passes return the gradients of fields beside those of inputs: `{ dx, dW, db }`, `[dx, dW, db]`. */
function fromReturned(
  returned: unknown,
  key: string,
  extra: readonly unknown[],
  nth: number,
  flat: Flat,
): Given {
  if (
    typeof returned === "object" &&
    returned !== null &&
    !Array.isArray(returned) &&
    flatNumbers(returned) === null
  ) {
    const keys = Object.keys(returned);
    const name = gradientName(key, keys) ?? shortGradientName(key, keys);
    if (name !== undefined)
      return { kind: "value", value: (returned as Record<string, unknown>)[name], place: name };
  }
  const value = extra[nth];
  if (nth >= 0 && flatNumbers(value)?.data.length === flat.data.length)
    return { kind: "value", value, place: null };
  return { kind: "lacking" };
}
