/** A canvas that draws itself anew when its box or the theme changes. */
import { h } from "../dom";
import { onDidChangeTheme, readTheme, type Theme } from "../theme";

export interface LiveCanvas {
  readonly canvas: HTMLCanvasElement;
  redraw(): void;
}

interface Drawing {
  /** For screen readers. */
  readonly label: string;
  /** Height for a width, in CSS pixels. */
  height(width: number): number;
  draw(context: CanvasRenderingContext2D, width: number, height: number, theme: Theme): void;
}

const live = new Set<{ readonly canvas: HTMLCanvasElement; redraw(): void }>();

/** Must be called once; canvases that left the page are forgotten. */
export function followTheme() {
  onDidChangeTheme(() => {
    for (const each of live) {
      if (each.canvas.isConnected) each.redraw();
      else live.delete(each);
    }
  });
}

export function liveCanvas({ label, height, draw }: Drawing): LiveCanvas {
  const canvas = h("canvas", { "aria-label": label });
  const redraw = () => {
    const width = Math.floor(canvas.parentElement?.clientWidth ?? 0);
    if (width === 0) return;
    const tall = height(width);
    const scale = devicePixelRatio || 1;
    canvas.width = Math.round(width * scale);
    canvas.height = Math.round(tall * scale);
    canvas.style.width = `${width}px`;
    canvas.style.height = `${tall}px`;
    const context = canvas.getContext("2d");
    if (!context) return;
    context.scale(scale, scale);
    draw(context, width, tall, readTheme());
  };
  const self = { canvas, redraw };
  live.add(self);
  let before = 0;
  const observer = new ResizeObserver(() => {
    const width = canvas.parentElement?.clientWidth ?? 0;
    if (width === before) return;
    before = width;
    redraw();
  });
  // The parent is known once the canvas stands in the page.
  requestAnimationFrame(() => {
    if (canvas.parentElement) observer.observe(canvas.parentElement);
  });
  return self;
}
