/** What keys and mouse do in the graph, shown in the inspector's place. */
import { h } from "../dom";
import { iconButton } from "../toolkit";

const lines: readonly (readonly [string, string])[] = [
  ["Click", "Select a box and inspect it"],
  ["Drag, wheel", "Move, zoom; Shift with the wheel moves sideways"],
  ["Double click", "Open a closed layer"],
  ["Up, Down", "Follow the edges to an input or a consumer"],
  ["Left, Right", "Go to the next box in the same row"],
  ["Enter", "Go to the inspector, or open a closed layer"],
  ["E", "Open a closed layer, or close the layer around the box"],
  ["+, -, 0", "Zoom in, zoom out, show everything"],
  ["Home, End", "Go to the first box, to the loss"],
  ["Escape", "Close the inspector, then give up the selection"],
];

export function helpPage(onClose: () => void): HTMLElement {
  return h(
    "div",
    { class: "inspector-page" },
    h("header", {}, h("h2", { tabindex: -1 }, "Keys and mouse"), iconButton("Close", "close", onClose)),
    h(
      "dl",
      { class: "help" },
      lines.flatMap(([keys, effect]) => [h("dt", {}, keys), h("dd", {}, effect)]),
    ),
  );
}
