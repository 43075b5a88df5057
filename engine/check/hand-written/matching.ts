/** Which of the gradients that a backward pass returns belongs to which input: by place, by name, by shape. */
import { flatNumbers, type Leaf, leavesOf, partAt } from "../../core/numbers";
import { gradientName, shortGradientName } from "./names";

/** One argument of the forward pass. */
export interface Argument {
  readonly name: string;
  readonly leaves: readonly Leaf[];
}

/** `none`: null, which says that there is no gradient; `lacking`: nothing where one is expected. */
export type Given =
  | { readonly kind: "value"; readonly value: unknown; readonly place: ReturnedPlace }
  | { readonly kind: "none" | "lacking" };

/** Where a gradient stood in what was returned: its place in the list or its key. */
export type ReturnedPlace = number | string | null;

const lacking: Given = { kind: "lacking" };

function given(value: unknown, place: ReturnedPlace): Given {
  if (value === undefined) return lacking;
  return value === null ? { kind: "none" } : { kind: "value", value, place };
}

/** What each argument gets of the returned value. */
export function matchArguments(returned: unknown, args: readonly Argument[]): Given[] {
  if (returned === undefined || returned === null) return args.map(() => given(returned, null));
  if (Array.isArray(returned))
    return args.length === 1 ? [ofOne(returned, args[0] as Argument)] : ofList(returned, args);
  if (flatNumbers(returned) !== null) return onlyOne(returned, args);
  return typeof returned === "object"
    ? byName(returned as Record<string, unknown>, args)
    : args.map(() => lacking);
}

/** What one part of an argument gets of the argument's gradient. */
export function matchLeaf(found: Given, { leaves }: Argument, leaf: Leaf): Given {
  const [first] = leaves;
  if (found.kind !== "value" || (leaves.length === 1 && first?.path.length === 0)) return found;
  const { value, place } = found;
  const direct = partAt(value, leaf.path);
  if (direct !== undefined) return given(direct, place);
  const key = String(leaf.path.at(-1));
  const around = partAt(value, leaf.path.slice(0, -1));
  if (typeof around === "object" && around !== null && !Array.isArray(around)) {
    const name = gradientName(key, Object.keys(around)) ?? shortGradientName(key, Object.keys(around));
    if (name !== undefined) return given((around as Record<string, unknown>)[name], place);
  }
  const flat = flatNumbers(value);
  const continuous = leaves.filter((each) => each.flat.continuous);
  if (flat !== null && flat.data.length === leaf.flat.data.length && continuous.length === 1) return found;
  const list = Array.isArray(value) ? (value as unknown[]) : [];
  return list.length === leaves.length ? given(list[leaves.indexOf(leaf)], place) : lacking;
}

function sizeOf(leaves: readonly Leaf[]): number {
  return leaves.reduce((sum, { flat }) => sum + flat.data.length, 0);
}

function fits(value: unknown, { leaves }: Argument): boolean {
  return value === null || value === undefined || sizeOf(leavesOf(value)) === sizeOf(leaves);
}

function shapeOf(leaves: readonly Leaf[]): string {
  return leaves.map(({ flat }) => flat.shape.join()).join(";");
}

/** The gradient of a single input, alone or in a list of one. */
function ofOne(returned: readonly unknown[], argument: Argument): Given {
  const [first] = returned;
  const wanted = shapeOf(argument.leaves);
  if (returned.length === 1 && shapeOf(leavesOf(returned)) !== wanted) return given(first, 0);
  if (fits(returned, argument)) return given(returned, null);
  return returned.length > 0 && first !== null && fits(first, argument)
    ? given(first, 0)
    : given(returned, null);
}

function ofList(returned: readonly unknown[], args: readonly Argument[]): Given[] {
  const all = [...args.keys()];
  if (returned.length >= args.length && all.every((i) => fits(returned[i], args[i] as Argument)))
    return placed(returned, args, all);
  const chosen = choices.map((isChosen) => all.filter((i) => isChosen(args[i] as Argument)));
  const byCount = chosen.filter((indices) => indices.length === returned.length);
  const fitting = byCount.find((indices) => indices.every((i, n) => fits(returned[n], args[i] as Argument)));
  if (fitting) return placed(returned, args, fitting);
  const expanded = byLeaves(returned, args);
  if (expanded) return expanded;
  const flat = flatNumbers(returned);
  if (
    flat !== null &&
    args.some(({ leaves }) => leaves.length === 1 && leaves[0]?.flat.data.length === flat.data.length)
  )
    return onlyOne(returned, args);
  if (returned.length === args.length) return placed(returned, args, all);
  const inTurn = nextFitting(returned, args);
  return placed(returned, args, inTurn ?? byCount[0] ?? all);
}

/** Which arguments a list may be about, when it is not about all. */
const choices: readonly ((argument: Argument) => boolean)[] = [
  ({ leaves }) => leaves.length > 0,
  isContinuous,
  (each) => isContinuous(each) && !isScalar(each),
  (each) => isContinuous(each) && !isScalar(each) && !isWhole(each),
];

function isContinuous({ leaves }: Argument): boolean {
  return leaves.some(({ flat }) => flat.continuous);
}

export function isScalar({ leaves }: Argument): boolean {
  return leaves.every(({ flat }) => flat.shape.length === 0);
}

export function isWhole({ leaves }: Argument): boolean {
  return leaves.every(({ flat }) => flat.data.every(Number.isInteger));
}

function placed(
  returned: readonly unknown[],
  args: readonly Argument[],
  indices: readonly number[],
): Given[] {
  return args.map((_, i) => {
    const at = indices.indexOf(i);
    return at < 0 || at >= returned.length ? lacking : given(returned[at], at);
  });
}

/** A list with one gradient for each array in the dictionaries among the arguments. */
function byLeaves(returned: readonly unknown[], args: readonly Argument[]): Given[] | null {
  const leaves = args.flatMap((argument) => argument.leaves.map((leaf) => ({ argument, leaf })));
  if (leaves.length !== returned.length || leaves.length === args.length) return null;
  const isFitting = leaves.every(({ leaf }, i) =>
    fits(returned[i], { name: "", leaves: [{ ...leaf, path: [] }] }),
  );
  if (!isFitting) return null;
  return args.map((argument) => {
    const first = leaves.findIndex((each) => each.argument === argument);
    const own = returned.slice(first, first + argument.leaves.length);
    return first < 0 ? lacking : given(argument.leaves.length === 1 ? own[0] : own, first);
  });
}

/** Each gradient to the next argument of its size; null when one fits nowhere. */
function nextFitting(returned: readonly unknown[], args: readonly Argument[]): number[] | null {
  const found: number[] = [];
  for (const value of returned) {
    const from = (found.at(-1) ?? -1) + 1;
    const next = args.findIndex(
      (argument, i) => i >= from && isContinuous(argument) && fits(value, argument),
    );
    if (next < 0) return null;
    found.push(next);
  }
  return found;
}

/** One gradient for several arguments: that of the first with its size. */
function onlyOne(returned: unknown, args: readonly Argument[]): Given[] {
  const wanted = shapeOf(leavesOf(returned));
  const sameShape = args.findIndex((each) => isContinuous(each) && shapeOf(each.leaves) === wanted);
  const sameSize = args.findIndex((each) => isContinuous(each) && fits(returned, each));
  const at = Math.max(0, sameShape < 0 ? sameSize : sameShape);
  return args.map((_, i) => (i === at ? given(returned, null) : lacking));
}

function byName(returned: Record<string, unknown>, args: readonly Argument[]): Given[] {
  const keys = Object.keys(returned);
  const free = new Set(keys);
  const take = (name: string | undefined): Given => {
    if (name === undefined) return lacking;
    free.delete(name);
    return given(returned[name], name);
  };
  const found = args.map(({ name }) =>
    take(name === "" ? undefined : (gradientName(name, keys) ?? keys.find((key) => key === name))),
  );
  args.forEach((argument, i) => {
    if (found[i]?.kind !== "lacking" || found[i] !== lacking) return;
    const parts = argument.leaves.filter(({ path }) => path.length > 0);
    const named = parts.filter(({ path }) => gradientName(String(path.at(-1)), [...free]) !== undefined);
    if (parts.length > 0 && named.length > 0) found[i] = given(returned, null);
    else
      found[i] = take(
        shortGradientName(
          argument.name,
          [...free].filter((key) => fits(returned[key], argument)),
        ),
      );
  });
  if (found.some(({ kind }) => kind !== "lacking")) return found;
  const values = Object.values(returned);
  const chosen = choices.map((isChosen) => [...args.keys()].filter((i) => isChosen(args[i] as Argument)));
  return placed(
    values,
    args,
    [[...args.keys()], ...chosen].find((indices) => indices.length === values.length) ?? [0],
  );
}
