/** The digits in the shapes that networks of tests take. */
import * as g from "../../../engine/index";

/** A batch of digits as rows of numbers, as images, or as series of their rows. */
export function digits(shape: "rows" | "image" | "series", count = 24) {
  const size = shape === "series" ? [8, 8] : shape === "image" ? ("image" as const) : undefined;
  return g.data.digits(size === undefined ? { count } : { count, shape: size });
}
