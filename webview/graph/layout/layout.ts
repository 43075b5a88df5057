/**
 * A layered drawing of boxes in frames: rows from top to bottom in the direction of the computation, each frame laid out by
 * itself. Pure, iterative, repeatable.
 */

import type { LayoutInput } from "./layout-input";
import { type LevelLayout, layoutLevel } from "./level";
import { hopLength, type LevelInput } from "./level-input";
import { exitKey, type Level, readLevels } from "./levels";

export interface Layout {
  /** Centres and sizes of boxes, then of frames; the drawing spans 0 … width and 0 … height. */
  readonly x: Float64Array;
  readonly y: Float64Array;
  readonly widths: Float64Array;
  readonly heights: Float64Array;
  readonly width: number;
  readonly height: number;
  /**
   * Ways of tensors in hops of six numbers: x and y of the start, the heights between which it bends over, x and y of the
   * end. What several edges share is there once.
   */
  readonly hops: Float64Array;
  /** The hop that leads to each; -1 for one that leaves its box. */
  readonly before: Int32Array;
  /** The box that each hop comes from. */
  readonly source: Int32Array;
  /** The last hop of each edge; -1 for none. */
  readonly ends: Int32Array;
  /** The first hop of the drawing itself, then of each frame, then how many there are. */
  readonly firstHops: Int32Array;
}

/** Height of a frame's name. */
export const frameHeading = 22;
const frameSide = 12;

export function layoutGraph(input: LayoutInput): Layout {
  const levels = readLevels(input);
  const isMade = new Uint8Array(input.boxes);
  for (const to of input.to) isMade[to] = 1;
  const widths = input.widths.slice();
  const heights = input.heights.slice();
  const laid: LevelLayout[] = [];
  const shared = new Map<string, LevelLayout>();
  for (let index = levels.length - 1; index >= 0; index -= 1) {
    const level = levels[index] as Level;
    const isRoot = index === 0;
    const levelInput = inputOf({ gap: input.gap, isMade }, level, levels, laid, { widths, heights }, isRoot);
    const key = keyOf(levelInput);
    const layout = shared.get(key) ?? layoutLevel(levelInput);
    if (key !== "") shared.set(key, layout);
    laid[index] = layout;
    if (isRoot) continue;
    const item = input.boxes + index - 1;
    widths[item] = Math.max(layout.width + 2 * frameSide, input.widths[item] ?? 0);
    heights[item] = layout.height;
  }
  return assemble(input, levels, laid, widths, heights);
}

/** Frames that hold the same need one layout; only small ones are looked for, as those of repeated blocks are. */
function keyOf({ widths, heights, nets, entries, exits, top }: LevelInput): string {
  if (widths.length > 80 || nets.length > 200) return "";
  const ways = nets.map(
    ({ from, to, isLeaf }) =>
      `${isLeaf} ${from.node} ${from.offset}>${to.map((end) => `${end.node} ${end.offset}`)}`,
  );
  return `${top}|${entries}|${exits}|${widths}|${heights}|${ways.join("|")}`;
}

function inputOf(
  { gap, isMade }: { readonly gap: number; readonly isMade: Uint8Array },
  level: Level,
  levels: readonly Level[],
  laid: readonly LevelLayout[],
  { widths, heights }: Pick<Layout, "widths" | "heights">,
  isRoot: boolean,
): LevelInput {
  const count = level.children.length;
  /** Distance of a frame's port from the frame's centre; 0 for a box. */
  const offsetOf = (child: number, net: number, isExit: boolean) => {
    const inner = level.inner[child] ?? -1;
    const [below, layout] = [levels[inner], laid[inner]];
    if (!below || !layout) return 0;
    const port = isExit ? (below.exits.get(net) ?? 0) + below.entries.size : (below.entries.get(net) ?? 0);
    return (layout.x[below.children.length + port] ?? 0) - layout.width / 2;
  };
  const nets = [...level.nets].map(([key, { from, to }]) => ({
    isLeaf: isMade[key] !== 1,
    from:
      from < 0
        ? { node: count + (level.entries.get(key) ?? 0), offset: 0 }
        : { node: from, offset: offsetOf(from, key, true) },
    to: [...to.keys()].map((child) =>
      child === exitKey
        ? { node: count + level.entries.size + (level.exits.get(key) ?? 0), offset: 0 }
        : { node: child, offset: offsetOf(child, key, false) },
    ),
  }));
  return {
    widths: level.children.map((item) => widths[item] ?? 0),
    heights: level.children.map((item) => heights[item] ?? 0),
    entries: level.entries.size,
    exits: level.exits.size,
    nets,
    gap,
    top: isRoot ? 0 : frameHeading + 14,
    bottom: isRoot ? 0 : 16,
    heading: isRoot ? 0 : frameHeading,
  };
}

function assemble(
  input: LayoutInput,
  levels: readonly Level[],
  laid: readonly LevelLayout[],
  widths: Float64Array,
  heights: Float64Array,
): Layout {
  const x = new Float64Array(widths.length);
  const y = new Float64Array(widths.length);
  const first = new Int32Array(levels.length + 1);
  const corners = levels.map((level, index) => {
    const layout = laid[index] as LevelLayout;
    const item = input.boxes + index - 1;
    const left = index === 0 ? 0 : (x[item] ?? 0) - layout.width / 2;
    const top = index === 0 ? 0 : (y[item] ?? 0) - layout.height / 2;
    level.children.forEach((child, i) => {
      x[child] = (layout.x[i] ?? 0) + left;
      y[child] = (layout.y[i] ?? 0) + top;
    });
    first[index + 1] = (first[index] ?? 0) + layout.before.length;
    return { left, top };
  });
  return {
    x,
    y,
    widths,
    heights,
    width: laid[0]?.width ?? 0,
    height: laid[0]?.height ?? 0,
    ...allHops(levels, laid, first, corners),
    firstHops: first,
    ends: Int32Array.from(input.to, (to, e) => {
      const index = (input.frames[to] ?? -1) + 1;
      const level = levels[index] as Level;
      const place = level.places.get(to) ?? -1;
      return lastHop(level, laid[index] as LevelLayout, first[index] ?? 0, input.from[e] ?? 0, place);
    }),
  };
}

function allHops(
  levels: readonly Level[],
  laid: readonly LevelLayout[],
  first: Int32Array,
  corners: readonly { readonly left: number; readonly top: number }[],
): Pick<Layout, "hops" | "before" | "source"> {
  const total = first[levels.length] ?? 0;
  const hops = new Float64Array(hopLength * total);
  const before = new Int32Array(total);
  const source = new Int32Array(total);
  levels.forEach((level, index) => {
    const layout = laid[index] as LevelLayout;
    const { left, top } = corners[index] ?? { left: 0, top: 0 };
    const start = first[index] ?? 0;
    const keys = [...level.nets.keys()];
    for (let i = 0; i < layout.hops.length; i += 1)
      hops[hopLength * start + i] =
        (layout.hops[i] ?? 0) + (i % hopLength === 0 || i % hopLength === 4 ? left : top);
    for (let i = 0; i < layout.before.length; i += 1) {
      const key = keys[layout.net[i] ?? 0] ?? 0;
      source[start + i] = key;
      const own = layout.before[i] ?? -1;
      before[start + i] = own >= 0 ? start + own : lastOutside(levels, laid, first, index, key);
    }
  });
  return { hops, before, source };
}

/** The hop in another frame after which a net's first hop in this one comes; -1 when it leaves its box here. */
function lastOutside(
  levels: readonly Level[],
  laid: readonly LevelLayout[],
  first: Int32Array,
  index: number,
  key: number,
): number {
  const level = levels[index] as Level;
  const from = level.nets.get(key)?.from ?? -1;
  const other = from < 0 ? level.around : (level.inner[from] ?? -1);
  const [next, layout] = [levels[other], laid[other]];
  if (!next || !layout) return -1;
  return lastHop(next, layout, first[other] ?? 0, key, from < 0 ? level.place : exitKey);
}

function lastHop(level: Level, layout: LevelLayout, first: number, key: number, child: number): number {
  const net = level.nets.get(key);
  const target = net?.to.get(child);
  if (net === undefined || target === undefined) return -1;
  const hop = layout.last[net.index]?.[target] ?? -1;
  return hop < 0 ? -1 : first + hop;
}
