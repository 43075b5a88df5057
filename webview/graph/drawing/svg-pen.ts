/** Draws into an SVG picture with what a canvas has: for pictures that stay sharp at any size. */
import type { Pen } from "./pen";

interface Style {
  fillStyle: string;
  strokeStyle: string;
  lineWidth: number;
  globalAlpha: number;
  dash: readonly number[];
}

/** One picture. Transforms move and scale; clips are paths. */
export class SvgPen implements Pen {
  fillStyle: Pen["fillStyle"] = "#000";
  strokeStyle: Pen["strokeStyle"] = "#000";
  lineWidth = 1;
  globalAlpha = 1;
  font = "12px sans-serif";
  textAlign: CanvasTextAlign = "left";
  textBaseline: CanvasTextBaseline = "alphabetic";
  readonly measureText: Pen["measureText"];
  readonly #parts: string[] = [];
  #path = "";
  #dash: readonly number[] = [];
  #group = "";
  #clips = 0;
  readonly #kept: (Style & { readonly open: number })[] = [];
  #open = 0;

  /** Texts are as wide as `measure` says for a font. */
  constructor(measure: (text: string, font: string) => number) {
    this.measureText = (text) => ({ width: measure(text, this.font) });
  }

  /** The picture, in pixels of its natural size. */
  finish(width: number, height: number): string {
    const size = `width="${round(width)}" height="${round(height)}" viewBox="0 0 ${round(width)} ${round(height)}"`;
    const end = this.#group === "" ? "" : "</g>";
    return `<svg xmlns="http://www.w3.org/2000/svg" ${size}>${this.#parts.join("")}${end}</svg>\n`;
  }

  setTransform = ((a: number, _b: number, _c: number, _d: number, e: number, f: number) => {
    if (this.#group !== "") this.#parts.push("</g>");
    this.#group = `<g transform="translate(${round(e)} ${round(f)}) scale(${round(a)})">`;
    this.#parts.push(this.#group);
  }) as Pen["setTransform"];

  save() {
    const { fillStyle, strokeStyle, lineWidth, globalAlpha } = this;
    const style = { fillStyle: String(fillStyle), strokeStyle: String(strokeStyle), lineWidth, globalAlpha };
    this.#kept.push({ ...style, dash: this.#dash, open: this.#open });
  }

  restore() {
    const kept = this.#kept.pop();
    if (!kept) return;
    for (; this.#open > kept.open; this.#open -= 1) this.#parts.push("</g>");
    const { dash, open: _, ...style } = kept;
    Object.assign(this, style);
    this.#dash = dash;
  }

  setLineDash(dash: readonly number[]) {
    this.#dash = dash;
  }

  beginPath() {
    this.#path = "";
  }

  moveTo(x: number, y: number) {
    this.#path += `M${round(x)} ${round(y)}`;
  }

  lineTo(x: number, y: number) {
    this.#path += `L${round(x)} ${round(y)}`;
  }

  bezierCurveTo(...places: number[]) {
    this.#path += `C${places.map(round).join(" ")}`;
  }

  rect(x: number, y: number, width: number, height: number) {
    this.#path += `M${round(x)} ${round(y)}h${round(width)}v${round(height)}h${round(-width)}z`;
  }

  roundRect = ((x: number, y: number, width: number, height: number, radius: number) => {
    const r = Math.min(radius, width / 2, height / 2);
    const corner = (dx: number, dy: number) => `a${round(r)} ${round(r)} 0 0 1 ${round(dx)} ${round(dy)}`;
    const [across, down] = [round(width - 2 * r), round(height - 2 * r)];
    this.#path += `M${round(x + r)} ${round(y)}h${across}${corner(r, r)}v${down}${corner(-r, r)}h-${across}${corner(-r, -r)}v-${down}${corner(r, -r)}z`;
  }) as Pen["roundRect"];

  fillRect(x: number, y: number, width: number, height: number) {
    const box = `x="${round(x)}" y="${round(y)}" width="${round(width)}" height="${round(height)}"`;
    this.#parts.push(`<rect ${box} fill="${quote(String(this.fillStyle))}"${this.#opacity()}/>`);
  }

  strokeRect(x: number, y: number, width: number, height: number) {
    this.beginPath();
    this.rect(x, y, width, height);
    this.stroke();
  }

  fill = (() => {
    this.#parts.push(`<path d="${this.#path}" fill="${quote(String(this.fillStyle))}"${this.#opacity()}/>`);
  }) as Pen["fill"];

  stroke = (() => {
    const dash = this.#dash.length > 0 ? ` stroke-dasharray="${this.#dash.join(" ")}"` : "";
    const line = `stroke="${quote(String(this.strokeStyle))}" stroke-width="${round(this.lineWidth)}"${dash}`;
    this.#parts.push(`<path d="${this.#path}" fill="none" ${line}${this.#opacity()}/>`);
  }) as Pen["stroke"];

  clip = (() => {
    this.#clips += 1;
    this.#open += 1;
    this.#parts.push(
      `<clipPath id="c${this.#clips}"><path d="${this.#path}"/></clipPath><g clip-path="url(#c${this.#clips})">`,
    );
  }) as Pen["clip"];

  fillText(text: string, x: number, y: number) {
    const anchor = { left: "start", start: "start", center: "middle", right: "end", end: "end" }[
      this.textAlign
    ];
    const base = this.textBaseline === "middle" ? ` dominant-baseline="central"` : "";
    const place = `x="${round(x)}" y="${round(y)}" text-anchor="${anchor}"${base}`;
    const look = `style="font:${quote(this.font)}" fill="${quote(String(this.fillStyle))}"${this.#opacity()}`;
    this.#parts.push(`<text ${place} ${look}>${quote(text)}</text>`);
  }

  #opacity(): string {
    return this.globalAlpha === 1 ? "" : ` opacity="${round(this.globalAlpha)}"`;
  }
}

const round = (value: number) => Math.round(value * 100) / 100;

/** As text or attribute of XML. */
function quote(text: string): string {
  const names: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
  return text.replace(/[&<>"]/g, (letter) => names[letter] ?? letter);
}
