/** The same boxes as the graph, as a table for reading: with keys, screen readers, or simply to compare numbers. */

import { formatNumber, formatShape } from "../../engine/core/number-text";
import { h } from "../dom";
import { linkButton, siteLink } from "../site-link";
import { drawTable } from "../table";
import { button } from "../toolkit";
import { gradientText } from "./drawing/box-text";
import type { Scene, SceneBox } from "./drawing/scene";
import type { InspectorActions } from "./inspector";

const pageSize = 300;

export function outline(scene: Scene, actions: InspectorActions): HTMLElement {
  const box = h("div", { class: "outline" });
  // Operations in the order they ran, each leaf before its first use, as on the canvas from top to bottom.
  const order = scene.boxes.toSorted((a, b) => firstOf(a) - firstOf(b));
  showFrom(box, scene, order, actions, pageSize);
  return box;
}

const firstOf = ({ box }: SceneBox) => Math.min(box.node, ...box.members.slice(0, 1));

function showFrom(
  box: HTMLElement,
  scene: Scene,
  order: readonly SceneBox[],
  actions: InspectorActions,
  count: number,
) {
  const columns = [
    { name: "Name" },
    { name: "Operation" },
    { name: "Shape" },
    { name: "Value", isNumber: true },
    { name: "Gradient", isNumber: true },
    ...(scene.before ? [{ name: "Since the run before" }] : []),
    { name: "Gain", isNumber: true },
    { name: "Source" },
  ];
  const rest = order.length - count;
  box.replaceChildren(
    drawTable(
      "Nodes of the graph",
      columns,
      order.slice(0, count).map((each) => rowOf(scene, each, actions)),
    ),
    ...(rest > 0
      ? [
          button(`Show ${Math.min(rest, pageSize)} of ${rest} more`, () =>
            showFrom(box, scene, order, actions, count + pageSize),
          ),
        ]
      : []),
  );
}

function rowOf({ report, before, model }: Scene, { box, text, change }: SceneBox, actions: InspectorActions) {
  const changed = before ? [change] : [];
  const node = report.nodes[box.node];
  const name = linkButton(text.title, () => actions.selectNode(box.node), "Inspect");
  if (box.group >= 0) {
    const group = model.tree.groups[box.group];
    const site = group?.kind === "layer" ? (report.scopes[group.scope]?.site ?? null) : null;
    const open = linkButton("open", () => actions.toggleGroup(box.group), `Open ${text.title}`);
    const heading = h("span", {}, name, " ", open);
    return [heading, text.detail, text.left, "", text.right, ...changed, "", site && siteLink(site)];
  }
  if (!node) return [name, "", "", "", "", ...changed, "", null];
  return [
    name,
    node.op,
    formatShape(node.shape),
    formatNumber(node.value.item ?? node.value.norm, 4),
    gradientText(node.grad),
    ...changed,
    node.gain === null ? "" : formatNumber(node.gain),
    node.site && siteLink(node.site),
  ];
}
