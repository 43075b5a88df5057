// Drawings of graphs: nothing overlaps, frames hold what is theirs, every edge leads downwards, the same graph looks the same.
import assert from "node:assert/strict";
import fc from "fast-check";
import { describe, it } from "mocha";
import { type Layout, layoutGraph } from "../../webview/graph/layout/layout";
import type { LayoutInput } from "../../webview/graph/layout/layout-input";
import { hopLength } from "../../webview/graph/layout/level-input";
import { neighbours } from "../../webview/graph/layout/neighbours";
import { countCrossings } from "../../webview/graph/layout/order";
import { assignRanks } from "../../webview/graph/layout/ranks";

type Pair = readonly [number, number];

/** Boxes without frames. */
function flat(count: number, edges: readonly Pair[]): LayoutInput {
  return nested(new Array<number>(count).fill(-1), [], edges);
}

/** Boxes in frames, and frames in frames. */
function nested(boxes: readonly number[], frames: readonly number[], edges: readonly Pair[]): LayoutInput {
  const count = boxes.length;
  return {
    widths: Float64Array.from({ length: count + frames.length }, (_, i) =>
      i < count ? 80 + ((i * 37) % 90) : 120,
    ),
    heights: Float64Array.from({ length: count + frames.length }, (_, i) =>
      i < count ? 40 + 16 * (i % 2) : 0,
    ),
    boxes: count,
    gap: 24,
    frames: Int32Array.from([...boxes, ...frames]),
    from: Int32Array.from(edges, ([from]) => from),
    to: Int32Array.from(edges, ([, to]) => to),
  };
}

/** Edges from smaller to greater numbers, as a tape has them. */
const edgesOf = (count: number) =>
  fc
    .array(fc.tuple(fc.nat(count - 1), fc.nat(count - 1)), { maxLength: 90 })
    .map((pairs) => pairs.flatMap(([a, b]): Pair[] => (a === b ? [] : [[Math.min(a, b), Math.max(a, b)]])));

const acyclic = fc
  .integer({ min: 1, max: 40 })
  .chain((count) => edgesOf(count).map((edges) => flat(count, edges)));

/** Frames around stretches of boxes, three deep: each box opens and closes some. */
const framed = fc
  .array(fc.record({ close: fc.nat(2), open: fc.nat(2) }), { minLength: 1, maxLength: 40 })
  .chain((boxes) =>
    edgesOf(boxes.length).map((edges) => {
      const frames: number[] = [];
      const open: number[] = [];
      const around = boxes.map(({ close, open: more }) => {
        open.length = Math.max(0, open.length - close);
        for (let i = 0; i < more && open.length < 3; i += 1) {
          frames.push(open.at(-1) ?? -1);
          open.push(frames.length - 1);
        }
        return open.at(-1) ?? -1;
      });
      return nested(around, frames, edges);
    }),
  );

interface Area {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

function areaOf({ x, y, widths, heights }: Layout, i: number): Area {
  const [cx = 0, cy = 0, w = 0, h = 0] = [x[i], y[i], widths[i], heights[i]];
  return { left: cx - w / 2, right: cx + w / 2, top: cy - h / 2, bottom: cy + h / 2 };
}

/** What is around an item: frames by their place among all items. */
function framesAround({ frames, boxes }: LayoutInput, item: number): number[] {
  const around: number[] = [];
  for (let at = frames[item] ?? -1; at >= 0; at = frames[boxes + at] ?? -1) around.push(boxes + at);
  return around;
}

function assertNoOverlap(layout: Layout, input: LayoutInput) {
  const areas = Array.from(layout.x.keys(), (i) => areaOf(layout, i));
  const around = areas.map((_, i) => new Set(framesAround(input, i)));
  areas.forEach((a, i) => {
    areas.slice(0, i).forEach((b, j) => {
      if (around[i]?.has(j) || around[j]?.has(i)) return;
      const isApart = a.right < b.left || b.right < a.left || a.bottom < b.top || b.bottom < a.top;
      assert.ok(isApart, `${i} and ${j} overlap`);
    });
    for (const frame of around[i] ?? []) {
      const outer = areas[frame] as Area;
      const isInside =
        a.left > outer.left && a.right < outer.right && a.top > outer.top + 20 && a.bottom < outer.bottom;
      assert.ok(isInside, `${i} is not inside ${frame}`);
    }
    assert.ok(a.left >= -1e-6 && a.right <= layout.width + 1e-6, "beside the drawing");
    assert.ok(a.top >= -1e-6 && a.bottom <= layout.height + 1e-6, "above or below the drawing");
  });
}

/** Hops of an edge, from its last to its first. */
function hopsOf({ ends, before }: Layout, edge: number): number[] {
  const hops: number[] = [];
  for (let hop = ends[edge] ?? -1; hop >= 0; hop = before[hop] ?? -1) hops.push(hop);
  return hops;
}

function assertDownwards(layout: Layout, { from, to }: LayoutInput) {
  for (const [edge, source] of from.entries()) {
    const target = to[edge] ?? 0;
    const start = areaOf(layout, source);
    const end = areaOf(layout, target);
    assert.ok(start.bottom < end.top, `edge ${edge} leads upwards`);
    const hops = hopsOf(layout, edge);
    assert.ok(hops.length > 0, `edge ${edge} is not drawn`);
    let [x, y] = [Number.NaN, end.top];
    for (const hop of hops) {
      const [x1 = 0, y1 = 0, y2 = 0, y3 = 0, x2 = 0, y4 = 0] = layout.hops.subarray(
        hopLength * hop,
        hopLength * hop + 6,
      );
      assert.ok(y1 <= y2 + 1e-6 && y2 <= y3 + 1e-6 && y3 <= y4 + 1e-6, `edge ${edge} turns back`);
      assert.ok(Math.abs(y4 - y) < 1e-6, `edge ${edge} has a gap of ${y4 - y}`);
      assert.ok(!(Math.abs(x2 - x) > 1e-6), `edge ${edge} jumps by ${x2 - x}`);
      assert.equal(layout.source[hop], source);
      [x, y] = [x1, y1];
    }
    assert.ok(Math.abs(y - start.bottom) < 1e-6, `edge ${edge} starts ${y - start.bottom} below its box`);
    assert.ok(x >= start.left && x <= start.right, `edge ${edge} starts beside its box`);
  }
}

/** No way of a tensor leads through a box, or through a frame that it has nothing to do with. */
function assertAround(layout: Layout, input: LayoutInput) {
  const areas = Array.from(layout.x.keys(), (i) => areaOf(layout, i));
  for (const [edge, source] of input.from.entries()) {
    const target = input.to[edge] ?? 0;
    const own = new Set([source, target, ...framesAround(input, source), ...framesAround(input, target)]);
    for (const hop of hopsOf(layout, edge)) {
      const [x1 = 0, y1 = 0, y2 = 0, y3 = 0, x2 = 0, y4 = 0] = layout.hops.subarray(
        hopLength * hop,
        hopLength * hop + 6,
      );
      areas.forEach(({ left, right, top, bottom }, i) => {
        if (own.has(i)) return;
        const meets = (x: number, from: number, to: number) =>
          x > left && x < right && to > top && from < bottom;
        const isCrossed = meets(x1, y1, y2) || meets(x2, y3, y4);
        const isBent =
          y3 > top + 1e-6 && y2 < bottom - 1e-6 && Math.max(x1, x2) > left && Math.min(x1, x2) < right;
        assert.ok(!isCrossed && !isBent, `edge ${edge} runs through ${i}`);
      });
    }
  }
}

describe("graph layout", () => {
  it("never overlaps boxes and draws every edge downwards, around what is not its own", () => {
    fc.assert(
      fc.property(acyclic, (input) => {
        const layout = layoutGraph(input);
        assertNoOverlap(layout, input);
        assertDownwards(layout, input);
        assertAround(layout, input);
      }),
      { seed: 7, numRuns: 150 },
    );
  });

  it("draws frames around what is in them, and leads edges over their borders", () => {
    fc.assert(
      fc.property(framed, (input) => {
        const layout = layoutGraph(input);
        assertNoOverlap(layout, input);
        assertDownwards(layout, input);
        assertAround(layout, input);
      }),
      { seed: 9, numRuns: 300 },
    );
  });

  it("gives the same drawing again", () => {
    fc.assert(
      fc.property(framed, (input) => assert.deepEqual(layoutGraph(input), layoutGraph(input))),
      { seed: 8, numRuns: 50 },
    );
  });

  it("draws frames that hold the same alike", () => {
    // Twice: a box that two others take, whose results meet.
    const edges: Pair[] = [0, 4].flatMap((at): Pair[] => [
      [at, at + 1],
      [at, at + 2],
      [at + 1, at + 3],
      [at + 2, at + 3],
    ]);
    const input = nested([0, 0, 0, 0, 1, 1, 1, 1], [-1, -1], [...edges, [3, 4]]);
    input.widths.set(input.widths.subarray(0, 4), 4);
    const { x, y, heights } = layoutGraph(input);
    for (let i = 0; i < 4; i += 1) {
      assert.ok(Math.abs((x[i + 4] ?? 0) - (x[i] ?? 0) - ((x[4] ?? 0) - (x[0] ?? 0))) < 1e-6);
      assert.ok(Math.abs((y[i + 4] ?? 0) - (y[i] ?? 0) - ((y[4] ?? 0) - (y[0] ?? 0))) < 1e-6);
    }
    assert.equal(heights[8], heights[9]);
  });

  it("keeps the rows and the order of everything else when a box becomes a frame", () => {
    fc.assert(
      fc.property(acyclic, fc.nat(), (closed, choice) => {
        const count = closed.boxes;
        const opened = choice % count;
        // In its place two boxes in a frame: the first takes what it took, the second gives what it gave.
        const renumber = (box: number) => (box > opened ? box + 1 : box);
        const edges = [...closed.from.entries()].map(([e, from]): Pair => {
          const to = closed.to[e] ?? 0;
          return [from === opened ? opened + 1 : renumber(from), to === opened ? opened : renumber(to)];
        });
        const frames = Array.from({ length: count + 1 }, (_, i) =>
          i === opened || i === opened + 1 ? 0 : -1,
        );
        const input = nested(frames, [-1], [...edges, [opened, opened + 1]]);
        const before = layoutGraph(closed);
        const after = layoutGraph(input);
        for (let a = 0; a < count; a += 1)
          for (let b = 0; b < count; b += 1) {
            if (a === opened || b === opened || a === b) continue;
            const [a2, b2] = [renumber(a), renumber(b)];
            const wasInRow = before.y[a] === before.y[b];
            assert.equal(after.y[a2] === after.y[b2], wasInRow);
            if (wasInRow)
              assert.equal((after.x[a2] ?? 0) < (after.x[b2] ?? 0), (before.x[a] ?? 0) < (before.x[b] ?? 0));
          }
      }),
      { seed: 11, numRuns: 100 },
    );
  });

  it("pulls leaves down to the row above their first consumer, together with what is made of them alone", () => {
    // 0 → 1 → 2 → 3 → 4, and a parameter 5 with an operation 6 that only 4 uses.
    const { from, to } = flat(7, [
      [0, 1],
      [1, 2],
      [2, 3],
      [3, 4],
      [5, 6],
      [6, 4],
    ]);
    assert.deepEqual([...assignRanks(7, { from, to })], [0, 1, 2, 3, 4, 2, 3]);
  });

  it("draws the main path of a chain with parameters straight", () => {
    const layers = 8;
    const edges: Pair[] = [];
    for (let i = 1; i <= layers; i += 1) edges.push([i - 1, i], [layers + i, i]);
    const { x } = layoutGraph(flat(2 * layers + 1, edges));
    for (let i = 2; i <= layers; i += 1) assert.ok(Math.abs((x[i] ?? 0) - (x[i - 1] ?? 0)) < 1, `step ${i}`);
  });

  it("counts crossings", () => {
    const { from, to } = flat(4, [
      [0, 3],
      [1, 2],
    ]);
    const below = neighbours(4, from, to);
    const rows = (first: readonly number[]) => [[...first], [2, 3]];
    assert.equal(countCrossings(rows([0, 1]), below, Float64Array.of(0, 1, 0, 1)), 1);
    assert.equal(countCrossings(rows([1, 0]), below, Float64Array.of(1, 0, 0, 1)), 0);
  });

  it("lays out a chain of 10 000 boxes, a row of 5 000 and 500 nested frames without overflowing the stack", () => {
    const count = 10_000;
    const chain = flat(
      count,
      Array.from({ length: count - 1 }, (_, i): Pair => [i, i + 1]),
    );
    assertDownwards(layoutGraph(chain), chain);
    const star = flat(
      5001,
      Array.from({ length: 5000 }, (_, i): Pair => [i, 5000]),
    );
    assertDownwards(layoutGraph(star), star);
    const deep = nested(
      [-1, 499],
      Array.from({ length: 500 }, (_, i) => i - 1),
      [[0, 1]],
    );
    assertDownwards(layoutGraph(deep), deep);
  });

  it("survives a cycle, which a tape cannot have", () => {
    const layout = layoutGraph(
      flat(3, [
        [0, 1],
        [1, 2],
        [2, 1],
      ]),
    );
    assert.ok([...layout.x, ...layout.y].every(Number.isFinite));
  });
});
