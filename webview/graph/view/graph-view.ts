/** The canvas with the graph: what is seen of it, what is selected, mouse and keys. */
import { h, on } from "../../dom";
import type { Theme } from "../../theme";
import { draw } from "../drawing/draw";
import { hasSign } from "../drawing/draw-frame";
import { textFont, titleFont } from "../drawing/fonts";
import type { PlacedScene } from "../drawing/scene";
import {
  between,
  centreOn,
  firstView,
  fitAll,
  isInside,
  type Point,
  type Size,
  toDrawing,
  type Viewport,
  zoomAt,
} from "../drawing/viewport";
import { type Gestured, listenToMouse } from "./gestures";
import { hitBox, hitFrame } from "./hit";
import { type Direction, step } from "./navigate";

export interface GraphViewEvents {
  onDidSelect(index: number | null): void;
  /** Enter, or a double click. */
  onDidOpen(index: number): void;
  /** The sign of a frame, or a double click on its name. */
  onDidClose(frame: number): void;
  onDidMove(view: Viewport): void;
  onDidEscape(): void;
}

/** What the legend will take of the height as soon as there is one. */
const legendHeight = 48;

const arrows: Readonly<Record<string, Direction>> = {
  ArrowUp: "up",
  ArrowDown: "down",
  ArrowLeft: "left",
  ArrowRight: "right",
};

export class GraphView implements Gestured {
  readonly element: HTMLElement;
  readonly canvas: HTMLCanvasElement;
  readonly #events: GraphViewEvents;
  readonly #tip = h("div", { class: "tip", role: "tooltip", hidden: true });
  #theme: Theme;
  #scene: PlacedScene | null = null;
  #view: Viewport = { scale: 1, x: 0, y: 0 };
  #size: Size = { width: 0, height: 0 };
  #selected: number | null = null;
  #hovered: number | null = null;
  #matches: ReadonlySet<number> | null = null;
  #isFitted = true;
  #frame = 0;
  #flight = 0;

  constructor(theme: Theme, events: GraphViewEvents) {
    this.#theme = theme;
    this.#events = events;
    this.canvas = h("canvas", {
      tabindex: 0,
      role: "application",
      "aria-label":
        "Computational graph. Arrow keys follow the edges, Enter opens the inspector, E opens or closes a layer.",
    });
    this.element = h("div", { class: "graph-view" }, this.canvas, this.#tip);
    on(this.canvas, {
      keydown: (event: KeyboardEvent) => this.#key(event),
      focus: () => this.redraw(),
      blur: () => this.redraw(),
    });
    listenToMouse(this.canvas, this);
    new ResizeObserver(() => this.#resize()).observe(this.element);
  }

  get selected(): number | null {
    return this.#selected;
  }

  /** The view was not moved by hand, and follows the panel's size. */
  get isFitted(): boolean {
    return this.#isFitted;
  }

  /** The size as it is now, also before the first picture. */
  measureSize(): Size {
    const { clientWidth: width, clientHeight: height } = this.element;
    return width > 0 ? { width, height: this.#scene ? height : height - legendHeight } : this.#size;
  }

  get view(): Viewport {
    return this.#view;
  }

  get theme(): Theme {
    return this.#theme;
  }

  setTheme(theme: Theme) {
    this.#theme = theme;
    this.redraw();
  }

  /** Width of a text in one of the fonts of a box. */
  measure(text: string, isTitle: boolean): number {
    const context = this.canvas.getContext("2d");
    if (!context) return text.length * 7;
    context.font = isTitle ? titleFont(this.#theme) : textFont(this.#theme);
    return context.measureText(text).width;
  }

  /** Shows another scene, all of it unless a view is given. */
  show(scene: PlacedScene, selected: number | null, view: Viewport | null) {
    this.#scene = scene;
    this.#selected = selected;
    this.#hovered = null;
    this.#matches = null;
    this.#isFitted = view === null;
    cancelAnimationFrame(this.#flight);
    if (view) this.#move(view);
    else this.#showFirst();
  }

  fit() {
    if (!this.#scene || this.#size.width === 0) return;
    this.#isFitted = true;
    this.#move(fitAll(this.#scene.layout, this.#size), true);
  }

  #showFirst() {
    if (!this.#scene || this.#size.width === 0) return;
    this.#move(firstView(this.#scene.layout, this.#size, this.placeOf(this.#lossOrLast())), true);
  }

  zoom(factor: number) {
    this.#move(zoomAt(this.#view, factor, { x: this.#size.width / 2, y: this.#size.height / 2 }));
  }

  setMatches(matches: ReadonlySet<number> | null) {
    this.#matches = matches;
    this.redraw();
  }

  /** Selects a box; `reveal` brings it into view, and to the middle when it is not there yet. */
  select(index: number | null, reveal: "no" | "visible" | "centre" = "visible") {
    this.#selected = index;
    this.redraw();
    // The inspector may open now and take room, so the view is chosen after that.
    this.#events.onDidSelect(index);
    if (this.element.clientWidth !== this.#size.width) this.#resize();
    const place = index === null ? null : this.placeOf(index);
    if (
      place &&
      this.#size.width > 0 &&
      (reveal === "centre" || !isInside(this.#view, place, this.#size, reveal === "no" ? 0 : 0.3))
    )
      this.#fly(centreOn(this.#view, place, this.#size));
  }

  /** Centre of a box in the drawing. */
  placeOf(index: number): Point {
    return { x: this.#scene?.layout.x[index] ?? 0, y: this.#scene?.layout.y[index] ?? 0 };
  }

  moveTo(view: Viewport) {
    cancelAnimationFrame(this.#flight);
    this.#move(view);
  }

  click(at: Point) {
    this.#tip.hidden = true;
    const frame = this.#hitFrame(at, true);
    if (frame !== null) this.#events.onDidClose(frame);
    else this.select(this.#hit(at), "no");
  }

  doubleClick(at: Point) {
    const index = this.#hit(at);
    if (index !== null) return this.#events.onDidOpen(index);
    const frame = this.#hitFrame(at, false);
    if (frame !== null) this.#events.onDidClose(frame);
  }

  hover(at: Point | null) {
    const index = at && this.#hit(at);
    const sign = at && index === null ? this.#hitFrame(at, true) : null;
    const frame = sign === null ? undefined : this.#scene?.frames[sign];
    const text = index === null ? frame && `Close ${frame.title}` : this.#scene?.boxes[index]?.text.spoken;
    this.canvas.style.cursor = index === null && sign === null ? "grab" : "pointer";
    this.#tip.hidden = text === undefined;
    if (text !== undefined && at) {
      this.#tip.textContent = text;
      this.#tip.style.left = `${Math.min(at.x + 14, Math.max(0, this.#size.width - 260))}px`;
      this.#tip.style.top = `${at.y + 18}px`;
    }
    if (index === this.#hovered) return;
    this.#hovered = index;
    this.redraw();
  }

  redraw() {
    if (this.#frame !== 0) return;
    this.#frame = requestAnimationFrame(() => {
      this.#frame = 0;
      this.#draw();
    });
  }

  #draw() {
    const context = this.canvas.getContext("2d");
    if (!context || !this.#scene || this.#size.width === 0) return;
    const marks = {
      selected: this.#selected,
      hovered: this.#hovered,
      matches: this.#matches,
      isFocused: document.activeElement === this.canvas,
    };
    draw(context, this.#scene, this.#view, this.#size, this.#theme, marks, devicePixelRatio);
  }

  #resize() {
    const { clientWidth: width, clientHeight: height } = this.element;
    const wasHidden = this.#size.width === 0;
    this.#size = { width, height };
    this.canvas.width = Math.round(width * devicePixelRatio);
    this.canvas.height = Math.round(height * devicePixelRatio);
    const place = this.#selected === null ? null : this.placeOf(this.#selected);
    if (this.#isFitted) this.#showFirst();
    else if (place && wasHidden && width > 0 && !isInside(this.#view, place, this.#size, 0))
      this.#move(centreOn(this.#view, place, this.#size));
    this.#draw();
  }

  #move(view: Viewport, isFitted = false) {
    this.#view = view;
    this.#isFitted = isFitted;
    this.redraw();
    this.#events.onDidMove(view);
  }

  /** Moves there within a fifth of a second, or at once when motion is reduced. */
  #fly(target: Viewport) {
    cancelAnimationFrame(this.#flight);
    if (this.#theme.isMotionReduced || this.#size.width === 0) return this.#move(target);
    const from = this.#view;
    const started = performance.now();
    const advance = (now: number) => {
      const part = Math.min(1, Math.max(0, (now - started) / 200));
      this.#move(between(from, target, part * (2 - part)));
      if (part < 1) this.#flight = requestAnimationFrame(advance);
    };
    this.#flight = requestAnimationFrame(advance);
  }

  #hit(at: Point): number | null {
    if (!this.#scene) return null;
    const place = toDrawing(this.#view, at);
    return hitBox(this.#scene, place);
  }

  /** The frame whose sign, or else whose name, is there. */
  #hitFrame(at: Point, isSign: boolean): number | null {
    if (!this.#scene || (isSign && !hasSign(this.#view.scale))) return null;
    return hitFrame(this.#scene, toDrawing(this.#view, at), isSign);
  }

  #key(event: KeyboardEvent) {
    if (event.ctrlKey || event.metaKey || event.altKey || !this.#scene) return;
    const direction = arrows[event.key];
    if (direction) this.#step(direction);
    else if (event.key === "Enter" && this.#selected !== null) this.#events.onDidOpen(this.#selected);
    else if (event.key === "+" || event.key === "=") this.zoom(1.25);
    else if (event.key === "-") this.zoom(0.8);
    else if (event.key === "0") this.fit();
    else if (event.key === "Home") this.select(0);
    else if (event.key === "End") this.select(this.#lossOrLast());
    else if (event.key === "Escape") this.#events.onDidEscape();
    else return;
    event.preventDefault();
  }

  #step(direction: Direction) {
    if (!this.#scene) return;
    if (this.#selected === null) return this.select(this.#lossOrLast());
    this.select(step(this.#selected, direction, this.#scene.graph.edges, this.#scene.layout));
  }

  #lossOrLast(): number {
    const boxes = this.#scene?.boxes ?? [];
    const loss = boxes.findIndex((box) => box.isLoss);
    return loss >= 0 ? loss : Math.max(0, boxes.length - 1);
  }
}
