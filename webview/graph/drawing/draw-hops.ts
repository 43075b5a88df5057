/** Draws the ways of tensors: wide and dark where a large gradient flows, dashed where none does. */
import { hopLength } from "../layout/level-input";
import type { PlacedScene } from "./scene";
import type { Sheet } from "./sheet";

/** Hops of all edges that lead to a box or away from it. */
export function markedHops({ layout, graph }: PlacedScene, selected: number | null): ReadonlySet<number> {
  const hops = new Set<number>();
  if (selected === null) return hops;
  graph.edges.forEach(({ from, to }, edge) => {
    if (from !== selected && to !== selected) return;
    for (let hop = layout.ends[edge] ?? -1; hop >= 0 && !hops.has(hop); hop = layout.before[hop] ?? -1)
      hops.add(hop);
  });
  return hops;
}

/** Ends of edges, which have an arrow; computed once for a scene. */
const endsOf = new WeakMap<PlacedScene, Uint8Array>();

function arrowsOf(scene: PlacedScene): Uint8Array {
  const known = endsOf.get(scene);
  if (known) return known;
  const arrows = new Uint8Array(scene.layout.before.length);
  for (const hop of scene.layout.ends) if (hop >= 0) arrows[hop] = 1;
  endsOf.set(scene, arrows);
  return arrows;
}

/** Below this scale edges have no arrows. */
const smallestArrow = 0.25;

/** The hops that are directly in the drawing (0) or in a frame (its number + 1). */
export function drawHops(drawing: Sheet, index: number) {
  const { pen, scene, view, theme, area, marks, marked } = drawing;
  const { hops, source, firstHops } = scene.layout;
  const arrows = arrowsOf(scene);
  for (let hop = firstHops[index] ?? 0; hop < (firstHops[index + 1] ?? 0); hop += 1) {
    const at = hopLength * hop;
    const [x1 = 0, y1 = 0, y2 = 0, y3 = 0, x2 = 0, y4 = 0] = [
      hops[at],
      hops[at + 1],
      hops[at + 2],
      hops[at + 3],
      hops[at + 4],
      hops[at + 5],
    ];
    if (y4 < area.top || y1 > area.bottom || Math.max(x1, x2) < area.left || Math.min(x1, x2) > area.right)
      continue;
    const from = scene.boxes[source[hop] ?? 0];
    if (!from) continue;
    const isMarked = marked.has(hop);
    const isBroken = from.gradient === "nonFinite";
    const flows = from.gradient === "norm";
    pen.strokeStyle = isMarked ? theme.focus : isBroken ? theme.error : theme.foreground;
    const isQuiet = !flows && !isBroken;
    const isFound = !marks.matches || marks.matches.has(source[hop] ?? 0);
    pen.globalAlpha = isMarked || theme.isHighContrast ? 1 : isFound ? (isQuiet ? 0.4 : 0.6) : 0.15;
    pen.lineWidth = Math.max(flows ? 1 + 3 * from.position : isBroken ? 2.5 : 1, 0.6 / view.scale);
    pen.setLineDash(isQuiet ? [4, 4] : []);
    pen.beginPath();
    pen.moveTo(x1, y1);
    if (y2 > y1) pen.lineTo(x1, y2);
    const middle = (y2 + y3) / 2;
    if (x1 === x2) pen.lineTo(x2, y3);
    else pen.bezierCurveTo(x1, middle, x2, middle, x2, y3);
    if (y4 > y3) pen.lineTo(x2, y4);
    pen.stroke();
    if (arrows[hop] === 1 && view.scale >= smallestArrow) drawArrow(drawing, x2, y4, pen.lineWidth);
  }
  pen.globalAlpha = 1;
  pen.setLineDash([]);
}

function drawArrow({ pen }: Sheet, x: number, y: number, width: number) {
  const size = 4 + width;
  pen.setLineDash([]);
  pen.fillStyle = pen.strokeStyle;
  pen.beginPath();
  pen.moveTo(x, y);
  pen.lineTo(x - size * 0.7, y - size * 1.4);
  pen.lineTo(x + size * 0.7, y - size * 1.4);
  pen.fill();
}
