/** The prototypes of a value, read so that no proxy among them hears of it. */
import { isOpaque } from "./observe";

/** From the nearest one on; it ends at a proxy. */
export function lineageOf(object: object): object[] {
  const lineage: object[] = [];
  let at: object | null = object;
  while (at !== null && !isOpaque(at)) {
    at = Object.getPrototypeOf(at) as object | null;
    if (at !== null) lineage.push(at);
  }
  return lineage;
}
