/** The whole graph as a picture with its legend, whatever is on the screen. */
import { colourAt, toCss } from "../../scale";
import type { Theme } from "../../theme";
import { draw } from "./draw";
import { textFont } from "./fonts";
import type { Pen } from "./pen";
import type { PlacedScene } from "./scene";
import { SvgPen } from "./svg-pen";

const margin = 24;
const legendHeight = 52;
/** A canvas has its limits: pixels of its longer side, and in all. */
const [longestSide, mostPixels] = [16_000, 60e6];
const nothing = { selected: null, hovered: null, matches: null, isFocused: false };

/** A picture with the name that is proposed for its file. */
export async function makePicture(kind: "png" | "svg", scene: PlacedScene, theme: Theme) {
  const bytes =
    kind === "png" ? await pngPicture(scene, theme) : new TextEncoder().encode(svgPicture(scene, theme));
  return { name: `graph.${kind}`, bytes };
}

/** PNG, twice as fine as on an ordinary screen where that is possible. */
async function pngPicture(scene: PlacedScene, theme: Theme): Promise<Uint8Array> {
  const { width, height } = sizeOf(scene);
  const pixels = Math.min(2, longestSide / Math.max(width, height), Math.sqrt(mostPixels / (width * height)));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.floor(width * pixels));
  canvas.height = Math.max(1, Math.floor(height * pixels));
  const context = canvas.getContext("2d");
  if (!context) throw new Error("This window has no canvas to draw the picture on");
  drawAll(context, scene, theme, pixels);
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve));
  if (!blob) throw new Error(`A picture of ${canvas.width} × ${canvas.height} pixels could not be made`);
  return new Uint8Array(await blob.arrayBuffer());
}

function svgPicture(scene: PlacedScene, theme: Theme): string {
  const context = document.createElement("canvas").getContext("2d");
  const pen = new SvgPen((text, font) => {
    if (!context) return text.length * 7;
    context.font = font;
    return context.measureText(text).width;
  });
  drawAll(pen, scene, theme, 1);
  const { width, height } = sizeOf(scene);
  return pen.finish(width, height);
}

function sizeOf({ layout }: PlacedScene) {
  return {
    width: Math.max(420, layout.width + 2 * margin),
    height: layout.height + 2 * margin + legendHeight,
  };
}

function drawAll(pen: Pen, scene: PlacedScene, theme: Theme, pixels: number) {
  const size = sizeOf(scene);
  // Texts and lines are those of the natural size, however coarse the picture has to be.
  const view = { scale: 1, x: (size.width - scene.layout.width) / 2, y: margin };
  draw(pen, scene, view, size, theme, nothing, pixels);
  pen.setTransform(pixels, 0, 0, pixels, 0, 0);
  drawLegend(pen, scene, theme, size.height - legendHeight);
}

/** The scale with its powers of ten. */
function drawLegend(pen: Pen, { domain }: PlacedScene, theme: Theme, top: number) {
  const [left, width, steps] = [margin + 100, 180, 36];
  pen.globalAlpha = 1;
  pen.setLineDash([]);
  pen.font = textFont(theme);
  pen.textBaseline = "middle";
  pen.textAlign = "left";
  pen.fillStyle = theme.foreground;
  pen.fillText("Gradient norm", margin, top + 12);
  for (let step = 0; step < steps; step += 1) {
    pen.fillStyle = toCss(colourAt(step / (steps - 1)));
    pen.fillRect(left + (step * width) / steps, top + 6, width / steps + 0.5, 12);
  }
  pen.strokeStyle = theme.foreground;
  pen.lineWidth = 1;
  pen.strokeRect(left, top + 6, width, 12);
  pen.fillStyle = theme.foreground;
  pen.textAlign = "center";
  const middle = Math.round((domain.low + domain.high) / 2);
  for (const exponent of [domain.low, middle, domain.high]) {
    const x = left + ((exponent - domain.low) / (domain.high - domain.low)) * width;
    pen.fillText(`1e${String(exponent).replace("-", "−")}`, x, top + 30);
  }
}
