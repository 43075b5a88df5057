/** A derivative as it is written by hand: LaTeX turned into MathML. */
import temml from "temml";
import { h } from "./dom";

/** The formula as an element; the LaTeX itself where it cannot be read. */
export function formula(latex: string): HTMLElement {
  const box = h("div", { class: "formula" });
  try {
    temml.render(latex, box, { displayMode: true, throwOnError: true, annotate: false });
  } catch {
    box.replaceChildren(h("code", {}, latex));
  }
  return box;
}
