// Crossings of edges beside those of dagre, which many tools draw graphs with.
import assert from "node:assert/strict";
import { Graph, layout as layoutDagre } from "@dagrejs/dagre";
import { describe, it } from "mocha";
import { layoutGraph } from "../../webview/graph/layout/layout";
import type { LayoutInput } from "../../webview/graph/layout/layout-input";
import { hopLength } from "../../webview/graph/layout/level-input";

interface Point {
  readonly x: number;
  readonly y: number;
}

/** A tape of `count` operations: mostly a chain, with skips and branches. */
function tape(count: number, seed: number): LayoutInput {
  let state = seed;
  const random = () => {
    state = (state * 1664525 + 1013904223) % 4294967296;
    return state / 4294967296;
  };
  const from: number[] = [];
  const to: number[] = [];
  for (let i = 1; i < count; i += 1)
    for (const input of new Set([
      i - 1 - Math.floor(random() ** 2 * 3),
      i - 1 - Math.floor(random() ** 3 * 25),
    ])) {
      if (input < 0 || random() < 0.15) continue;
      from.push(input);
      to.push(i);
    }
  return {
    widths: new Float64Array(count).fill(100),
    heights: new Float64Array(count).fill(40),
    boxes: count,
    frames: new Int32Array(count).fill(-1),
    gap: 24,
    from: Int32Array.from(from),
    to: Int32Array.from(to),
  };
}

/** Pairs of edges that share no end and whose lines cross. */
function crossings({ from, to }: LayoutInput, lines: readonly (readonly Point[])[]): number {
  let found = 0;
  lines.forEach((a, i) => {
    for (let j = 0; j < i; j += 1) {
      const ends = new Set([from[i], to[i], from[j], to[j]]);
      if (ends.size === 4 && cross(a, lines[j] ?? [])) found += 1;
    }
  });
  return found;
}

function cross(a: readonly Point[], b: readonly Point[]): boolean {
  const turn = (p: Point, q: Point, r: Point) =>
    Math.sign((q.x - p.x) * (r.y - p.y) - (q.y - p.y) * (r.x - p.x));
  for (let i = 1; i < a.length; i += 1)
    for (let j = 1; j < b.length; j += 1) {
      const [p, q, r, s] = [a[i - 1], a[i], b[j - 1], b[j]] as [Point, Point, Point, Point];
      if (turn(p, q, r) * turn(p, q, s) < 0 && turn(r, s, p) * turn(r, s, q) < 0) return true;
    }
  return false;
}

function ownLines(input: LayoutInput): Point[][] {
  const { ends, before, hops } = layoutGraph(input);
  return Array.from(ends, (end) => {
    const points: Point[] = [];
    for (let hop = end; hop >= 0; hop = before[hop] ?? -1) {
      const [x1 = 0, y1 = 0, y2 = 0, y3 = 0, x2 = 0, y4 = 0] = hops.subarray(
        hopLength * hop,
        hopLength * (hop + 1),
      );
      points.unshift({ x: x1, y: y1 }, { x: x1, y: y2 }, { x: x2, y: y3 }, { x: x2, y: y4 });
    }
    return points;
  });
}

function dagreLines({ from, to, boxes }: LayoutInput): Point[][] {
  const graph = new Graph();
  graph.setGraph({});
  for (let i = 0; i < boxes; i += 1) graph.setNode(String(i), { width: 100, height: 40 });
  for (const [e, source] of from.entries()) graph.setEdge(String(source), String(to[e]), {});
  layoutDagre(graph);
  return Array.from(from, (source, e) => [...graph.edge(String(source), String(to[e])).points]);
}

describe("graph layout beside dagre", () => {
  for (const count of [20, 60, 150, 300])
    it(`crosses no more edges in graphs of ${count} boxes`, () => {
      let [own, dagre] = [0, 0];
      for (const seed of count < 200 ? [1, 2] : [1]) {
        const input = tape(count, seed);
        own += crossings(input, ownLines(input));
        dagre += crossings(input, dagreLines(input));
      }
      assert.ok(own <= dagre, `${own} crossings, dagre ${dagre}`);
    });
});
