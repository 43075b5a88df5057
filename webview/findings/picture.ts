/** An SVG of the page as a picture of its own: the page's styles go with it. */
import { readTheme } from "../theme";

const kept = [
  "fill",
  "stroke",
  "stroke-width",
  "stroke-dasharray",
  "paint-order",
  "font-family",
  "font-size",
  "font-weight",
  "opacity",
];
/** Pixels of the picture for each of the page. */
const SCALE = 2;

/** On the theme's background, as PNG. */
export async function pictureOf(drawn: SVGElement): Promise<Uint8Array> {
  const copy = drawn.cloneNode(true) as SVGElement;
  copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  const copies = copy.querySelectorAll("*");
  drawn.querySelectorAll("*").forEach((element, i) => {
    const style = getComputedStyle(element);
    for (const name of kept) copies[i]?.setAttribute(name, style.getPropertyValue(name));
  });
  const { width, height } = drawn.getBoundingClientRect();
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(copy.outerHTML)}`;
  await image.decode();
  const canvas = new OffscreenCanvas(width * SCALE, height * SCALE);
  const context = canvas.getContext("2d");
  if (context) {
    context.fillStyle = readTheme().background;
    context.fillRect(0, 0, canvas.width, canvas.height);
    context.drawImage(image, 0, 0, canvas.width, canvas.height);
  }
  return new Uint8Array(await (await canvas.convertToBlob()).arrayBuffer());
}
