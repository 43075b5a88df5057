/** The graph's tool bar: search, zoom, opening and closing layers, the table. */
import { compareButton } from "../changes-bar";
import { h, on } from "../dom";
import { button, iconButton, searchField } from "../toolkit";

export interface ToolbarActions {
  search(text: string): void;
  nextMatch(isBackwards: boolean): void;
  fit(): void;
  zoom(factor: number): void;
  expandAll(): void;
  collapseAll(): void;
  toggleTable(): void;
  copyTable(): void;
  showHelp(): void;
  savePicture(kind: "png" | "svg"): void;
}

export function createToolbar(actions: ToolbarActions) {
  const found = h("span", { class: "found", "aria-live": "polite" });
  const tableButton = button("Table", () => actions.toggleTable(), {
    icon: "list-flat",
    title: "Show the same nodes as a table",
  });
  const copyButton = button("Copy as CSV", () => actions.copyTable(), { icon: "copy" });
  const compare = compareButton();
  const layers = layerButtons(actions);
  const canvasOnly = canvasButtons(actions);
  const search = createSearch(actions);
  const buttons = [...layers, compare.element, tableButton, copyButton, ...canvasOnly];
  return {
    element: h("div", { class: "toolbar", role: "group", "aria-label": "Tools" }, search, found, buttons),
    setMatches(text: string) {
      found.textContent = text;
    },
    setLayers(has: boolean) {
      for (const each of layers) each.hidden = !has;
    },
    setCompared: compare.show,
    setTable(isTable: boolean) {
      tableButton.setAttribute("aria-pressed", String(isTable));
      tableButton.setAttribute("appearance", isTable ? "primary" : "secondary");
      for (const each of canvasOnly) each.hidden = isTable;
      copyButton.hidden = !isTable;
    },
  };
}

function createSearch(actions: ToolbarActions): HTMLElement {
  const field = searchField("Find by name, operation or layer", (text) => actions.search(text));
  field.title = "Also by shape (64×32), line (:12), or size (norm<1e-6, gain>2)";
  return on(field, {
    keydown(event: KeyboardEvent) {
      if (event.key === "Enter") actions.nextMatch(event.shiftKey);
      if (event.key !== "Escape" || field.value === "") return;
      field.value = "";
      actions.search("");
    },
  });
}

function layerButtons(actions: ToolbarActions): HTMLElement[] {
  return [
    button("Open All", () => actions.expandAll(), {
      icon: "expand-all",
      title: "Show the inside of all layers and loops",
    }),
    button("Close All", () => actions.collapseAll(), {
      icon: "collapse-all",
      title: "Show each outermost layer or loop as one box",
    }),
  ];
}

function canvasButtons(actions: ToolbarActions): HTMLElement[] {
  return [
    iconButton("Show everything (0)", "screen-full", () => actions.fit()),
    iconButton("Zoom in (+)", "zoom-in", () => actions.zoom(1.25)),
    iconButton("Zoom out (-)", "zoom-out", () => actions.zoom(0.8)),
    iconButton("Save as picture", "device-camera", () => actions.savePicture("png")),
    iconButton("Save as SVG", "file-media", () => actions.savePicture("svg")),
    iconButton("Keys and mouse", "question", () => actions.showHelp()),
  ];
}
