// Drawings of graphs: nothing overlaps, every edge leads downwards, the same graph always looks the same.
import assert from "node:assert/strict";
import fc from "fast-check";
import { describe, it } from "mocha";
import { chainEdges } from "../../webview/graph/chains";
import { type Layout, type LayoutInput, layoutGraph } from "../../webview/graph/layout";
import { countCrossings } from "../../webview/graph/order";
import { assignRanks, neighbours } from "../../webview/graph/ranks";

function graph(count: number, edges: readonly (readonly [number, number])[]): LayoutInput {
  return {
    widths: Float64Array.from({ length: count }, (_, i) => 80 + ((i * 37) % 90)),
    heights: new Float64Array(count).fill(46),
    from: Int32Array.from(edges, ([from]) => from),
    to: Int32Array.from(edges, ([, to]) => to),
  };
}

/** Edges from smaller to greater numbers, as a tape has them. */
const acyclic = fc.integer({ min: 1, max: 40 }).chain((count) =>
  fc.array(fc.tuple(fc.nat(count - 1), fc.nat(count - 1)), { maxLength: 90 }).map((pairs) =>
    graph(
      count,
      pairs.filter(([a, b]) => a !== b).map(([a, b]) => [Math.min(a, b), Math.max(a, b)]),
    ),
  ),
);

function assertNoOverlap({ x, y }: Layout, { widths }: LayoutInput) {
  const rows = new Map<number, number[]>();
  y.forEach((row, i) => void rows.set(row, [...(rows.get(row) ?? []), i]));
  for (const row of rows.values()) {
    row.sort((a, b) => (x[a] ?? 0) - (x[b] ?? 0));
    for (let i = 1; i < row.length; i += 1) {
      const [a = 0, b = 0] = [row[i - 1], row[i]];
      const gap = (x[b] ?? 0) - (x[a] ?? 0) - ((widths[a] ?? 0) + (widths[b] ?? 0)) / 2;
      assert.ok(gap > 1, `boxes ${a} and ${b} overlap by ${-gap}`);
    }
  }
  const tops = [...rows.keys()].sort((a, b) => a - b);
  for (let i = 1; i < tops.length; i += 1) assert.ok((tops[i] ?? 0) - (tops[i - 1] ?? 0) > 46);
}

function assertDownwards({ y }: Layout, { from, to }: LayoutInput) {
  for (const [e, source] of from.entries()) assert.ok((y[source] ?? 0) < (y[to[e] ?? 0] ?? 0), `edge ${e}`);
}

describe("graph layout", () => {
  it("never overlaps boxes and draws every edge downwards", () => {
    fc.assert(
      fc.property(acyclic, (input) => {
        const layout = layoutGraph(input);
        assertNoOverlap(layout, input);
        assertDownwards(layout, input);
        for (const [i, centre] of layout.x.entries()) {
          assert.ok(centre - (input.widths[i] ?? 0) / 2 >= 0, "left of the drawing");
          assert.ok(centre + (input.widths[i] ?? 0) / 2 <= layout.width, "right of the drawing");
        }
      }),
      { seed: 7, numRuns: 150 },
    );
  });

  it("gives the same drawing again", () => {
    fc.assert(
      fc.property(acyclic, (input) => assert.deepEqual(layoutGraph(input), layoutGraph(input))),
      { seed: 8, numRuns: 30 },
    );
  });

  it("pulls leaves down to the row above their first consumer", () => {
    // 0 → 1 → 2 → 3 → 4, and a parameter 5 that only 4 uses.
    const { from, to } = graph(6, [
      [0, 1],
      [1, 2],
      [2, 3],
      [3, 4],
      [5, 4],
    ]);
    assert.deepEqual([...assignRanks(6, { from, to })], [0, 1, 2, 3, 4, 3]);
  });

  it("pulls down what is made of a parameter alone, together with it", () => {
    // As above, with an operation 6 between the parameter 5 and its consumer 4.
    const { from, to } = graph(7, [
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
    const edges: [number, number][] = [];
    for (let i = 1; i <= layers; i += 1) edges.push([i - 1, i], [layers + i, i]);
    const { x } = layoutGraph(graph(2 * layers + 1, edges));
    for (let i = 2; i <= layers; i += 1) assert.ok(Math.abs((x[i] ?? 0) - (x[i - 1] ?? 0)) < 12, `step ${i}`);
  });

  it("routes an edge over several rows around the boxes between", () => {
    const input = graph(4, [
      [0, 1],
      [1, 2],
      [2, 3],
      [0, 3],
    ]);
    const layout = layoutGraph(input);
    const bends = layout.routes.subarray(2 * (layout.routeStart[3] ?? 0), 2 * (layout.routeStart[4] ?? 0));
    assert.equal(bends.length, 4);
    for (let i = 0; i < 2; i += 1) {
      const box = layout.y.indexOf(bends[2 * i + 1] ?? -1);
      assert.ok(Math.abs((layout.x[box] ?? 0) - (bends[2 * i] ?? 0)) > (input.widths[box] ?? 0) / 2);
    }
  });

  it("shares the bends of edges that leave the same box, and bounds their number", () => {
    const count = 3000;
    const edges: [number, number][] = [];
    for (let i = 1; i < count; i += 1) edges.push([i - 1, i]);
    for (let i = 2; i < count; i += 1) edges.push([0, i]);
    const input = graph(count, edges);
    const chained = chainEdges(count, input, assignRanks(count, input));
    assert.ok(chained.total < 2 * count && chained.bends.length < 3 * count);
    // Every box feeds the last one: bends would be as many as the square of the boxes.
    const fan = graph(count, [
      ...edges,
      ...Array.from({ length: count - 2 }, (_, i): [number, number] => [i, count - 1]),
    ]);
    assert.ok(chainEdges(count, fan, assignRanks(count, fan)).total <= count + 60_000);
  });

  it("counts crossings", () => {
    const { from, to } = graph(4, [
      [0, 3],
      [1, 2],
    ]);
    const place = Float64Array.of(0, 1, 0, 1);
    assert.equal(
      countCrossings(
        [
          [0, 1],
          [2, 3],
        ],
        neighbours(4, from, to),
        place,
      ),
      1,
    );
    assert.equal(
      countCrossings(
        [
          [1, 0],
          [2, 3],
        ],
        neighbours(4, from, to),
        Float64Array.of(1, 0, 0, 1),
      ),
      0,
    );
  });

  it("lays out a chain of 10 000 boxes and a row of 5 000 without overflowing the stack", () => {
    const count = 10_000;
    const chain = graph(
      count,
      Array.from({ length: count - 1 }, (_, i) => [i, i + 1]),
    );
    assertDownwards(layoutGraph(chain), chain);
    const star = graph(
      5001,
      Array.from({ length: 5000 }, (_, i) => [i, 5000]),
    );
    assertNoOverlap(layoutGraph(star), star);
  });

  it("survives a cycle, which a tape cannot have", () => {
    const layout = layoutGraph(
      graph(3, [
        [0, 1],
        [1, 2],
        [2, 1],
      ]),
    );
    assert.ok([...layout.x, ...layout.y].every(Number.isFinite));
  });
});
