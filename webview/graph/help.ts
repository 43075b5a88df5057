/** What keys and mouse do in the graph, shown in the inspector's place. */
import { h } from "../dom";
import { iconButton } from "../toolkit";

const lines: readonly (readonly [string, string])[] = [
  ["Click", "Select a box and inspect it"],
  ["Drag, wheel", "Move, zoom; Shift with the wheel moves sideways"],
  ["Double click", "Open a closed layer or loop; on a frame's name close it"],
  ["Up, Down", "Follow the edges to an input or a consumer"],
  ["Left, Right", "Go to the next box at that side"],
  ["Enter", "Go to the inspector, or open what is closed"],
  ["E", "Open what is closed, or close the frame around the box"],
  ["+, -, 0", "Zoom in, zoom out, show everything"],
  ["Home, End", "Go to the first box, to the loss"],
  ["Find", "norm<1e-6, gain>2, 64×32, :12 for a line; Enter goes to the next one and opens what it is in"],
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
