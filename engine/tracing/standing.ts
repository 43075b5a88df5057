/**
 * Where the tensors and layers of a program stand when a run is over: the paths by which its reader would write them.
 *
 * A path begins with a variable at the top of a file, in the order of their declarations, those of the file that was run
 * first. From there it goes through fields that hold data, private ones included, statics of classes, members of
 * namespaces, elements of arrays, and entries of maps and sets: `grid[0][1]`, `Counter.shared`, `layers.a`. Of several paths
 * the shortest one counts, of these the first. Nothing of the program runs for this: getters and proxies are passed by.
 */

import { lineageOf } from "../core/lineage";
import { fieldOf, isOpaque } from "../core/observe";
import { privateFieldsOf } from "../core/private-fields";
import { isMadeTensor, type Tensor } from "../core/tensor";
import type { FileVariables } from "../core/top-level";
import type { Module } from "../nn/module";
import { isMadeModule } from "../nn/module-facts";
import { Optimizer } from "../optim/optimizer";
import { moduleFields } from "./module-fields";
import type { Run } from "./run";

/** Where a tensor or a layer stands. */
export interface Standing {
  readonly value: Tensor | Module;
  /** As it begins with a variable: `net.head.fc`. */
  readonly path: string;
  /** The variables that hold the value itself. */
  readonly variables: string[];
  /** The nearest layer on the path, and the path from there: `.head.fc`; null when no layer is on it. */
  readonly owner: Module | null;
  readonly within: string;
}

/** Values that are looked into; a program that keeps a million rows of data is not read to the end. */
const MAX_VALUES = 20_000;
/** Members that are looked at of one value. */
const MAX_MEMBERS = 1000;
/** The same of an array that begins with a number or a text. */
const MAX_PLAIN = 16;

interface Step {
  readonly value: object;
  readonly path: string;
  readonly owner: Module | null;
  readonly within: string;
}

const known = new WeakMap<Run["tape"], ReadonlyMap<object, Standing>>();

/** Of a run, all that stands anywhere, the shortest paths first; a check calls it as the trace before did. */
export function standingIn(run: Run): ReadonlyMap<object, Standing> {
  const before = known.get(run.tape);
  if (before !== undefined) return before;
  const found = walk(variablesOf(run), run.tape);
  known.set(run.tape, found);
  return found;
}

function variablesOf({ tape, file }: Run): Step[] {
  const isOwn = (each: FileVariables) => each.file === file;
  const files = [
    ...tape.notes.variables.filter(isOwn),
    ...tape.notes.variables.filter((each) => !isOwn(each)),
  ];
  return files
    .flatMap(({ variables }) => variables)
    .flatMap(([path, read]) => {
      const value = tryRead(read);
      return isObject(value) ? [{ value, path, owner: null, within: "" }] : [];
    });
}

/** Nothing for a variable that was not reached. */
function tryRead(read: () => unknown): unknown {
  try {
    return read();
  } catch {
    return undefined;
  }
}

function walk(variables: readonly Step[], tape: object): Map<object, Standing> {
  const found = new Map<object, Standing>();
  const seen = new Set<object>();
  const queue = [...variables];
  // The queue grows while it is read: what is nearer to a variable comes first.
  for (const [i, step] of queue.entries()) {
    const { value, path, owner, within } = step;
    const isNew = !seen.has(value);
    if (isMadeTensor(value) || isMadeModule(value)) {
      const standing = found.get(value) ?? { value, path, variables: [], owner, within };
      found.set(value, standing);
      if (i < variables.length) standing.variables.push(path);
    }
    if (!isNew || queue.length >= MAX_VALUES || isOpaque(value)) continue;
    seen.add(value);
    queue.push(...membersOf(step, tape));
  }
  return found;
}

function membersOf({ value, path, owner, within }: Step, tape: object): Step[] {
  const holder = isMadeModule(value) ? value : owner;
  const from = holder === value ? "" : within;
  const steps: Step[] = [];
  let count = 0;
  for (const [member, item] of read(value, tape)) {
    if (++count > MAX_MEMBERS) break;
    if (isObject(item)) {
      steps.push({ value: item, path: path + member, owner: holder, within: from + member });
    }
  }
  return steps;
}

/** What a value holds, each with how that is written behind the value itself. */
function* read(value: object, tape: object): Generator<[member: string, item: unknown]> {
  if (isMadeTensor(value) || ArrayBuffer.isView(value)) return;
  const lineage = lineageOf(value);
  // What an optimiser holds was given to it under another name.
  if (lineage.includes(Optimizer.prototype)) return;
  if (Array.isArray(value)) yield* elementsOf(value);
  if (isMadeModule(value)) {
    for (const [field, item] of moduleFields(tape, value)) yield [`.${field}`, item];
  }
  if (lineage.includes(Map.prototype)) yield* entriesOf(value);
  if (lineage.includes(Set.prototype)) yield* itemsOf(value);
  if (!Array.isArray(value)) yield* fieldsOf(value);
  for (const [name, [get]] of privateFieldsOf(value)) yield [`.#${name}`, get(value)];
}

function* elementsOf(values: readonly unknown[]): Generator<[string, unknown]> {
  const isPlain = values.length > 0 && typeof fieldOf(values, 0) !== "object";
  const count = Math.min(values.length, isPlain ? MAX_PLAIN : MAX_MEMBERS);
  for (let i = 0; i < count; i++) yield [`[${i}]`, fieldOf(values, i)];
}

function* fieldsOf(value: object): Generator<[string, unknown]> {
  for (const key of Reflect.ownKeys(value)) yield [memberNamed(key), dataOf(value, key)];
}

/** Nothing for a getter, and for an import that was not reached. */
function dataOf(value: object, key: PropertyKey): unknown {
  try {
    return fieldOf(value, key);
  } catch {
    return undefined;
  }
}

// Whatever a program does to `Map.prototype` or in classes of its own, it does not hear of these.
const { forEach: forEachEntry } = Map.prototype;
const { forEach: forEachItem } = Set.prototype;

function entriesOf(map: object): [string, unknown][] {
  const entries: [string, unknown][] = [];
  collect(() =>
    forEachEntry.call(map as Map<unknown, unknown>, (item: unknown, key: unknown) => {
      const isName = typeof key === "string" || typeof key === "number";
      if (entries.length >= MAX_MEMBERS) return;
      entries.push([isName ? memberNamed(String(key)) : `[${entries.length}]`, item]);
    }),
  );
  return entries;
}

function itemsOf(set: object): [string, unknown][] {
  const items: [string, unknown][] = [];
  collect(() =>
    forEachItem.call(set as Set<unknown>, (item: unknown) => {
      if (items.length < MAX_MEMBERS) items.push([`[${items.length}]`, item]);
    }),
  );
  return items;
}

/** An object can have the prototype of a map without being one. */
function collect(fill: () => void): void {
  try {
    fill();
  } catch {
    // Nothing is in it then.
  }
}

function memberNamed(key: string | symbol): string {
  if (typeof key === "symbol") return `[${key.description ?? "symbol"}]`;
  if (/^(0|[1-9]\d*)$/.test(key)) return `[${key}]`;
  return /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`;
}

function isObject(value: unknown): value is object {
  return (typeof value === "object" && value !== null) || typeof value === "function";
}
