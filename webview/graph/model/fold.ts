/** Folds groups: loops into steps, blocks that are built alike into one, and what is still too many into parts. */
import { type Child, type Group, type GroupTree, isGroup, type OpenGroup, openGroup } from "./groups";
import { irregularSteps } from "./irregular";
import { layerGroups } from "./layers";
import { findRepeats, type Repeat } from "./repeats";
import { type Model, readTape, type TapeColumns } from "./tape-columns";
import { type Tokens, tokensOf } from "./tokens";

/** More boxes than this are no picture. */
const mostChildren = 48;
/** Different layers that are built alike are folded when together they have more operations. */
const mostAlike = 40;

/** The tree of a run: pure, the same for the same run. */
export function groupTree(model: Model, tape: TapeColumns = readTape(model)): GroupTree {
  const groups = layerGroups(model, tape);
  const folding: Folding = { groups, tokens: tokensOf(model, tape, groups), tape };
  // What is inside first, because what looks alike is known only then.
  for (let index = groups.length - 1; index >= 0; index -= 1) foldAll(folding, index);
  return inOrder(groups, model.nodes.length);
}

interface Folding {
  readonly groups: OpenGroup[];
  readonly tokens: Tokens;
  readonly tape: TapeColumns;
}

/** Folds a group, and the steps that are made in it. */
function foldAll(folding: Folding, index: number) {
  const made = [index];
  for (let at = made.pop(); at !== undefined; at = made.pop()) {
    const before = folding.groups.length;
    foldRepeats(folding, at);
    for (let step = before; step < folding.groups.length; step += 1)
      if (folding.groups[step]?.kind === "step") made.push(step);
  }
}

function foldRepeats(folding: Folding, index: number) {
  const group = folding.groups[index] as OpenGroup;
  for (;;) {
    const tokens = group.children.map((child) => folding.tokens.inSequence(child));
    const repeats = findRepeats(tokens).filter((repeat) => isWorth(folding, group.children, repeat));
    if (repeats.length === 0) break;
    replaceStretches(folding, index, repeats.map(stretchesOf));
  }
  if (group.children.length > mostChildren) {
    const tokens = group.children.map((child) => folding.tokens.inSequence(child));
    const steps = irregularSteps(tokens);
    if (steps) replaceStretches(folding, index, [steps]);
  }
  const [only] = group.children;
  if (group.children.length === 1 && only !== undefined && isGroup(only)) adopt(folding.groups, index, ~only);
  for (const child of [~index, ...group.children])
    if (isGroup(child) && folding.groups[~child]?.kind !== "part") splitIntoParts(folding.groups, ~child);
}

/** Where the steps of a loop begin, and where the last one ends. */
type Stretches = readonly number[];

const stretchesOf = ({ start, period, times }: Repeat): Stretches =>
  Array.from({ length: times + 1 }, (_, i) => start + i * period);

/** A loop always is; a few small layers that happen to be built alike are not. */
function isWorth(folding: Folding, children: readonly Child[], repeat: Repeat): boolean {
  const { groups } = folding;
  const { start, period, times } = repeat;
  const scopeAt = (at: number) => {
    const child = children[at] ?? 0;
    return isGroup(child) ? groups[~child]?.scope : -1;
  };
  let isLoop = true;
  let operations = 0;
  for (let at = start; at < start + period * times; at += 1) {
    isLoop &&= at < start + period || scopeAt(at) === scopeAt(at - period);
    operations += sizeOf(groups, children[at] ?? 0, mostAlike);
  }
  if (operations > mostAlike) return true;
  return isLoop && isChained(folding, children, repeat);
}

/** The second step takes what the first one made; what stands side by side is no loop. */
function isChained(
  { groups, tape }: Folding,
  children: readonly Child[],
  { start, period }: Repeat,
): boolean {
  const made = new Set(operationsBelow(groups, children.slice(start, start + period)));
  return operationsBelow(groups, children.slice(start + period, start + 2 * period)).some((id) => {
    const { start: first, list } = tape.inputs;
    for (let at = first[id] ?? 0; at < (first[id + 1] ?? 0); at += 1)
      if (made.has(list[at] ?? 0)) return true;
    return false;
  });
}

function operationsBelow(groups: readonly OpenGroup[], children: readonly Child[]): number[] {
  const found: number[] = [];
  const stack = [...children];
  for (let child = stack.pop(); child !== undefined; child = stack.pop()) {
    if (isGroup(child)) stack.push(...(groups[~child]?.children ?? []));
    else found.push(child);
  }
  return found;
}

/** How many operations there are in a child; counted no further than `enough`. */
function sizeOf(groups: readonly OpenGroup[], child: Child, enough: number): number {
  let size = 0;
  const stack = [child];
  for (let next = stack.pop(); next !== undefined && size <= enough; next = stack.pop()) {
    if (isGroup(next)) stack.push(...(groups[~next]?.children ?? []).slice(0, enough + 1));
    else size += 1;
  }
  return size;
}

/** Puts each list of stretches into a group of its own, with a step for every stretch that is not a single thing. */
function replaceStretches(folding: Folding, index: number, all: readonly Stretches[]) {
  const { groups } = folding;
  const group = groups[index] as OpenGroup;
  const children: Child[] = [];
  let done = 0;
  for (const stretches of all) {
    const [start = 0, end = 0] = [stretches[0], stretches.at(-1)];
    children.push(...group.children.slice(done, start));
    done = end;
    const repeat = groups.length;
    children.push(~repeat);
    const key = `${group.key}/${start}`;
    const made = openGroup({ key, kind: "repeat", parent: index, scope: group.scope });
    made.times = stretches.length - 1;
    groups.push(made);
    for (let i = 0; i + 1 < stretches.length; i += 1)
      made.children.push(stepOf(groups, repeat, group.children.slice(stretches[i], stretches[i + 1]), i + 1));
  }
  children.push(...group.children.slice(done));
  group.children = children;
}

function stepOf(groups: OpenGroup[], parent: number, children: readonly Child[], pass: number): Child {
  const [only] = children;
  if (children.length === 1 && only !== undefined) {
    if (isGroup(only)) (groups[~only] as OpenGroup).parent = parent;
    return only;
  }
  const { key, scope } = groups[parent] as OpenGroup;
  const step = openGroup({ key: `${key}:${pass}`, kind: "step", parent, scope });
  step.pass = pass;
  step.children.push(...children);
  setParents(groups, groups.length, children);
  groups.push(step);
  return ~(groups.length - 1);
}

function setParents(groups: readonly OpenGroup[], parent: number, children: readonly Child[]) {
  for (const child of children) if (isGroup(child)) (groups[~child] as OpenGroup).parent = parent;
}

/** A group that holds nothing but a loop is that loop. */
function adopt(groups: readonly OpenGroup[], index: number, inner: number) {
  const group = groups[index] as OpenGroup;
  const { kind, children, times } = groups[inner] as OpenGroup;
  if (kind !== "repeat" || group.kind === "run") return;
  group.children = children;
  group.times = times;
  setParents(groups, index, children);
}

/** Parts of equal length, and parts of those, until there are few enough in each. */
function splitIntoParts(groups: OpenGroup[], first: number) {
  const left = [first];
  for (let index = left.pop(); index !== undefined; index = left.pop()) {
    const group = groups[index] as OpenGroup;
    const count = group.children.length;
    if (count <= mostChildren) continue;
    const levels = Math.ceil(Math.log(count) / Math.log(mostChildren));
    const length = Math.ceil(count / Math.ceil(count ** (1 / levels)));
    const children: Child[] = [];
    const isLoop = group.times > 1 || group.steps[0] > 0;
    const before = Math.max(1, group.steps[0]);
    for (let start = 0; start < count; start += length) {
      const inside = group.children.slice(start, start + length);
      const part = openGroup({
        key: `${group.key}/p${start}`,
        kind: "part",
        parent: index,
        scope: group.scope,
      });
      part.pass = children.length + 1;
      if (isLoop) part.steps = [before + start, before + start + inside.length - 1];
      part.children.push(...inside);
      setParents(groups, groups.length, inside);
      left.push(groups.length);
      children.push(~groups.length);
      groups.push(part);
    }
    group.children = children;
  }
}

/** Numbered anew from the run inwards, without the groups that were dissolved. */
function inOrder(groups: readonly OpenGroup[], nodes: number): GroupTree {
  const order = [0];
  for (let at = 0; at < order.length; at += 1)
    for (const child of groups[order[at] ?? 0]?.children ?? []) if (isGroup(child)) order.push(~child);
  const places = new Int32Array(groups.length);
  order.forEach((group, place) => {
    places[group] = place;
  });
  const homes = new Int32Array(nodes).fill(-1);
  const numbered = order.map((old, place): Group => {
    const group = groups[old] as OpenGroup;
    const children = group.children.map((child) => {
      if (isGroup(child)) return ~(places[~child] ?? 0);
      homes[child] = place;
      return child;
    });
    return { ...group, parent: place === 0 ? -1 : (places[group.parent] ?? 0), children };
  });
  return { groups: numbered, homes };
}
