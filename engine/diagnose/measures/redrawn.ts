/** Changes of the text that draw the weights of a model anew, at the size that suits its activations. */
import type { Remedy } from "../../report/remedy";
import type { Site } from "../../report/report";
import { at } from "../../report/trace";
import { siteInRow, type Traced } from "../traced";
import { layersOf } from "./layers";
import { keyOfSite, originOf } from "./origins";

/** What draws weights: before relu, or before tanh and where nothing cuts. */
export type Drawing = "kaimingNormal" | "xavierNormal";

/**
 * Behind the line that makes the model, and that which writes its weights; nothing where no variable at the top of a file
 * holds it.
 * @param written where the weights were written that are to be drawn anew; null where that is not known
 */
export function redrawn(traced: Traced, how: Drawing, written: Site | null = null): Remedy[] {
  const [root = ""] = (layersOf(traced)[0]?.name ?? "").split(".");
  const { texts, tables } = traced.trace;
  const { name, site, isTop } = tables.bindings;
  const isModule = traced.scopes.some(({ path }) => path === root);
  if (!isModule || !/^[A-Za-z_]\w*$/.test(root)) return [];
  for (let row = 0; row < name.length; row++) {
    if (at(isTop, row) !== 1 || texts[at(name, row)] !== root) continue;
    const made = siteInRow(traced, at(site, row));
    if (made === null) continue;
    const text = `for (const p of ${root}.parameters()) if (p.ndim > 1) nn.init.${how}(p);`;
    const isLater = written !== null && written.file === made.file && written.line > made.line;
    return [{ change: "insert", at: isLater ? written : made, where: "after", text, uses: ["nn"] }];
  }
  return [];
}

/** Leaves out what wrote values over those that layers draw; nothing where one of the parameters has no such statement. */
export function unwritten(traced: Traced, parameters: readonly number[]): Remedy[] {
  const places = new Map<string, Remedy>();
  for (const parameter of parameters) {
    const { site, isWritten } = originOf(traced, parameter);
    if (site === null || !isWritten) return [];
    places.set(keyOfSite(site), { change: "remove", at: site });
  }
  return [...places.values()];
}
