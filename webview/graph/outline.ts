/** The same boxes as the graph, as a table for reading: with keys, screen readers, or simply to compare numbers. */

import { formatNumber, formatShape } from "../../engine/core/number-text";
import type { ReportNode, Site } from "../../engine/report/report";
import { h } from "../dom";
import { nodeChange } from "../run-before";
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
  showFrom(box, scene, linesOf(scene, order), actions, pageSize);
  return box;
}

/** A box, or a parameter that is noted in one. */
type Line = SceneBox | ReportNode;

/** Parameters stand before the operation that takes them first, though the canvas only notes them in its box. */
function linesOf({ report }: Scene, order: readonly SceneBox[]): Line[] {
  const drawn = new Set(order.map(({ box }) => box.node));
  return order.flatMap((each) => {
    if (each.box.group >= 0) return [each];
    const noted = each.box.members.flatMap((id) => {
      const node = report.nodes[id];
      if (node?.kind !== "parameter" || drawn.has(id)) return [];
      drawn.add(id);
      return [node];
    });
    return [...noted, each];
  });
}

const firstOf = ({ box }: SceneBox) => Math.min(box.node, ...box.members.slice(0, 1));

function showFrom(
  box: HTMLElement,
  scene: Scene,
  order: readonly Line[],
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
      order
        .slice(0, count)
        .map((each) =>
          "box" in each ? rowOf(scene, each, actions) : rowOfNode(scene, each, each.name, actions),
        ),
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

function rowOf(scene: Scene, { box, text, change }: SceneBox, actions: InspectorActions) {
  const { report, before, model } = scene;
  const changed = before ? [change] : [];
  const node = report.nodes[box.node];
  if (box.group >= 0) {
    const name = linkButton(text.title, () => actions.selectNode(box.node), "Inspect");
    const group = model.tree.groups[box.group];
    const site = group?.kind === "layer" ? (report.scopes[group.scope]?.site ?? null) : null;
    const open = linkButton("open", () => actions.toggleGroup(box.group), `Open ${text.title}`);
    const heading = h("span", {}, name, " ", open);
    return [heading, text.detail, text.left, "", text.right, ...changed, "", placeLink(scene, site)];
  }
  return node ? rowOfNode(scene, node, text.title, actions) : [text.title];
}

function rowOfNode(scene: Scene, node: ReportNode, title: string | null, actions: InspectorActions) {
  return [
    linkButton(title ?? node.op, () => actions.selectNode(node.id), "Inspect"),
    node.op,
    formatShape(node.shape),
    formatNumber(node.value.item ?? node.value.norm, 4),
    gradientText(node.grad),
    ...(scene.before ? [nodeChange(scene.before, node.id)] : []),
    node.gain === null ? "" : formatNumber(node.gain),
    placeLink(scene, node.site),
  ];
}

/** Of the model's own file the line alone: a narrow panel has no room for its name in every row. */
function placeLink({ report }: Scene, site: Site | null): HTMLElement | null {
  if (site === null) return null;
  return site.file === report.file ? siteLink(site, `line ${site.line}`) : siteLink(site);
}
