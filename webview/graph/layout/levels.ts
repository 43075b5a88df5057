/** What is directly in each frame: its children, and the ways of tensors between them and through the frame's border. */
import type { LayoutInput } from "./layout-input";

/** In place of a child: out of the frame. */
export const exitKey = -1;

/** A box's tensor on its way through one frame. */
interface LevelNet {
  readonly index: number;
  /** The child that it comes from; -1 when it comes in from outside. */
  readonly from: number;
  /** The children that take it, or `exitKey`, with their order. */
  readonly to: Map<number, number>;
}

/** The drawing itself is the first level, each frame the next one. */
export interface Level {
  /** The level around it, and which of its children this is; -1 for the drawing. */
  readonly around: number;
  place: number;
  /** Boxes and frames by their number among both, in the order of their first boxes. */
  readonly children: number[];
  /** The level of each child that is a frame; -1 for a box. */
  readonly inner: number[];
  /** Place of each child among the children. */
  readonly places: Map<number, number>;
  /** By the box that a tensor comes from. */
  readonly nets: Map<number, LevelNet>;
  /** Ports by the box that a tensor comes from. */
  readonly entries: Map<number, number>;
  readonly exits: Map<number, number>;
}

export function readLevels(input: LayoutInput): Level[] {
  const { boxes, frames } = input;
  const levels: Level[] = Array.from({ length: frames.length - boxes + 1 }, (_, i) =>
    emptyLevel(i === 0 ? -1 : (frames[boxes + i - 1] ?? -1) + 1),
  );
  placeChildren(input, levels);
  const depth = new Int32Array(levels.length);
  for (let i = 1; i < levels.length; i += 1) depth[i] = (depth[levels[i]?.around ?? 0] ?? 0) + 1;
  for (let e = 0; e < input.from.length; e += 1) {
    const [from, to] = [input.from[e] ?? 0, input.to[e] ?? 0];
    if (from !== to) addWay(levels, depth, (frames[from] ?? -1) + 1, (frames[to] ?? -1) + 1, from, to);
  }
  return levels;
}

function emptyLevel(around: number): Level {
  return {
    around,
    place: -1,
    children: [],
    inner: [],
    places: new Map(),
    nets: new Map(),
    entries: new Map(),
    exits: new Map(),
  };
}

/** Frames stand where the first box in them stands; boxes are numbered in the order in which they ran. */
function placeChildren({ boxes, frames }: LayoutInput, levels: readonly Level[]) {
  const isPlaced = new Uint8Array(levels.length);
  isPlaced[0] = 1;
  const add = (level: Level, item: number, inner: number) => {
    level.places.set(item, level.children.length);
    level.children.push(item);
    level.inner.push(inner);
  };
  const placeFrame = (index: number) => {
    const missing: number[] = [];
    for (let at = index; !isPlaced[at]; at = levels[at]?.around ?? 0) missing.push(at);
    for (const at of missing.reverse()) {
      isPlaced[at] = 1;
      const level = levels[at] as Level;
      const around = levels[level.around] as Level;
      level.place = around.children.length;
      add(around, boxes + at - 1, at);
    }
  };
  for (let box = 0; box < boxes; box += 1) {
    const index = (frames[box] ?? -1) + 1;
    placeFrame(index);
    add(levels[index] as Level, box, -1);
  }
  for (let index = 1; index < levels.length; index += 1) placeFrame(index);
}

/** Leads a tensor out of the frames around its source, over, and into the frames around what takes it. */
function addWay(
  levels: readonly Level[],
  depth: Int32Array,
  first: number,
  last: number,
  from: number,
  to: number,
) {
  let [a, b] = [first, last];
  /** Children of the levels a and b. */
  let childA = (levels[a] as Level).places.get(from) ?? 0;
  let childB = (levels[b] as Level).places.get(to) ?? 0;
  while (a !== b) {
    const isOut = (depth[a] ?? 0) >= (depth[b] ?? 0);
    const level = levels[isOut ? a : b] as Level;
    if (isOut) {
      port(level.exits, from);
      lead(level, from, childA, exitKey);
      childA = level.place;
      a = level.around;
    } else {
      port(level.entries, from);
      lead(level, from, -1, childB);
      childB = level.place;
      b = level.around;
    }
  }
  lead(levels[a] as Level, from, childA, childB);
}

function port(ports: Map<number, number>, key: number) {
  if (!ports.has(key)) ports.set(key, ports.size);
}

function lead({ nets }: Level, key: number, from: number, to: number) {
  const net = nets.get(key) ?? { index: nets.size, from, to: new Map<number, number>() };
  nets.set(key, net);
  if (!net.to.has(to)) net.to.set(to, net.to.size);
}
