/** The line above a saved trace: what it is, of when, and the views of it. */
import { showTimes } from "../engine/core/number-text";
import { showMoment } from "../engine/report/moment";
import type { Report } from "../engine/report/report";
import { post } from "./bridge";
import { h, icon, on } from "./dom";
import { baseName } from "./format";
import { type PanelName, panelNames, panels } from "./panels";
import type { SavedNews } from "./protocol";
import { button } from "./toolkit";

export function savedLine(saved: SavedNews, { file }: Report): HTMLElement[] {
  const { savedAt, leftOut, hasModel, hasChanged } = saved;
  const rest = [
    ...(hasChanged ? ["The model has changed since."] : []),
    ...(leftOut > 0 ? [`${showTimes(leftOut, "value")} were left out for their size.`] : []),
  ];
  const banner = h(
    "section",
    { class: `banner ${hasChanged ? "warning" : "info"}`, role: "status" },
    icon("archive", hasChanged ? "warning" : "info"),
    h(
      "p",
      {},
      h("strong", {}, baseName(file)),
      `, saved on ${showMoment(savedAt)}. This is a saved trace: nothing runs. `,
      rest.join(" "),
    ),
    hasModel && button("Open Model File", () => post("model"), { icon: "go-to-file" }),
  );
  return [
    banner,
    h(
      "nav",
      { class: "views", "aria-label": "Views" },
      panelNames.map((name) => view(name, saved)),
    ),
  ];
}

function view(name: PanelName, { counts }: SavedNews): HTMLElement {
  const isShown = document.body.dataset.panel === name;
  const count = counts[name];
  const text = count === undefined ? panels[name].title : `${panels[name].title} (${count})`;
  const tab = h("button", { type: "button", "aria-current": isShown ? "page" : null }, text);
  return isShown ? tab : on(tab, { click: () => post("show", { panel: name }) });
}
