/** How far the check under way is, with a button that stops it. */
import { showPercent } from "../../engine/core/number-text";
import { post } from "../bridge";
import { h } from "../dom";
import type { PanelState } from "../reduce";
import { button, progressRing } from "../toolkit";

/** The elements stay while numbers change: a button that is replaced under the mouse cannot be clicked. */
export function createProgress() {
  const text = h("span");
  const bar = h("progress", { max: 1 });
  const stop = button("Stop", () => post("stop"));
  const element = h("div", { class: "progress", hidden: true }, progressRing(), text, bar, stop);
  return {
    element,
    show(checking: PanelState["checking"]) {
      element.hidden = checking === null;
      if (!checking) return;
      const { target, fraction, doing } = checking;
      const what = target ? `Checking ${target}` : "Checking the model";
      const part = fraction === null ? what : `${what}, ${showPercent(fraction)}`;
      text.textContent = [part, doing].filter((each) => each !== "").join(" · ");
      bar.setAttribute("aria-label", what);
      if (fraction === null) bar.removeAttribute("value");
      else bar.value = fraction;
    },
  };
}
