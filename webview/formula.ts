/** A derivative as it is written by hand: LaTeX turned into MathML, by a script that is loaded for the first one. */
import { loadBeside } from "./beside";
import { h } from "./dom";

/** Puts a formula into an element. @throws for LaTeX that it cannot read */
export type RenderFormula = (latex: string, into: HTMLElement) => void;

/** Where the script that is loaded leaves its function. */
export const rendererKey = "gradlensRenderFormula";

let loading: Promise<void> | null = null;

/** The formula as an element, filled at once or in a moment; the LaTeX itself where it cannot be read. */
export function formula(latex: string): HTMLElement {
  const box = h("div", { class: "formula" });
  if (rendererKey in globalThis) fill(box, latex);
  else {
    loading ??= loadBeside("formulas");
    loading.then(
      () => fill(box, latex),
      () => fill(box, latex),
    );
  }
  return box;
}

function fill(box: HTMLElement, latex: string) {
  try {
    const render: RenderFormula = Reflect.get(globalThis, rendererKey);
    render(latex, box);
  } catch {
    box.replaceChildren(h("code", {}, latex));
  }
}
