/** The mouse on the graph: dragging moves, the wheel zooms, a click chooses, resting shows a tip. */
import { on } from "../../dom";
import { type Point, type Viewport, zoomAt } from "../drawing/viewport";

export interface Gestured {
  readonly view: Viewport;
  moveTo(view: Viewport): void;
  click(at: Point): void;
  doubleClick(at: Point): void;
  /** The mouse is over this point without a button; null when it left. */
  hover(at: Point | null): void;
}

/** How far the mouse may shake during a click. */
const shake = 4;

export function listenToMouse(canvas: HTMLCanvasElement, target: Gestured) {
  on(canvas, {
    wheel: (event: WheelEvent) => turn(event, target),
    pointerdown: (event: PointerEvent) => press(canvas, event, target),
    pointermove(event: PointerEvent) {
      if (event.buttons === 0) target.hover(placeOf(event));
    },
    pointerleave: () => target.hover(null),
    dblclick: (event: MouseEvent) => target.doubleClick(placeOf(event)),
  });
}

const placeOf = ({ offsetX, offsetY }: MouseEvent): Point => ({ x: offsetX, y: offsetY });

function press(canvas: HTMLCanvasElement, event: PointerEvent, target: Gestured) {
  if (event.button !== 0) return;
  const from = target.view;
  const end = new AbortController();
  const listen = { signal: end.signal };
  let isDrag = false;
  canvas.setPointerCapture(event.pointerId);
  const drag = ({ clientX, clientY }: PointerEvent) => {
    const [dx, dy] = [clientX - event.clientX, clientY - event.clientY];
    isDrag ||= Math.hypot(dx, dy) > shake;
    if (isDrag) target.moveTo({ scale: from.scale, x: from.x + dx, y: from.y + dy });
  };
  const release = (up: PointerEvent) => {
    end.abort();
    if (!isDrag) target.click(placeOf(up));
  };
  canvas.addEventListener("pointermove", drag, listen);
  canvas.addEventListener("pointerup", release, listen);
  canvas.addEventListener("pointercancel", () => end.abort(), listen);
}

/** With Shift sideways; a pinch on a touch pad comes as a wheel, too. */
function turn(event: WheelEvent, target: Gestured) {
  event.preventDefault();
  const { view } = target;
  if (event.shiftKey) return target.moveTo({ ...view, x: view.x - event.deltaX - event.deltaY });
  const perStep = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 0.05 : 0.0015;
  const factor = Math.exp(-Math.max(-400, Math.min(400, event.deltaY)) * perStep);
  target.moveTo(zoomAt(view, factor, placeOf(event)));
}
