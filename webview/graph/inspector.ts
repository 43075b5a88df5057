/** Everything known about the selected box: a tensor with its operation, or a collapsed layer. */

import { formatNumber, formatShape, showCount, showTimes } from "../../engine/core/number-text";
import type { Report, ReportNode, Stats } from "../../engine/report/report";
import { post } from "../bridge";
import { h } from "../dom";
import { formula } from "../formula";
import { nodeNames } from "../node-names";
import { roleSentence } from "../roles";
import { changeText, type RunBefore } from "../run-before";
import { linkButton, siteLink } from "../site-link";
import { drawTable } from "../table";
import { button, iconButton } from "../toolkit";
import { gradientText } from "./drawing/box-text";
import { groupName } from "./drawing/names";
import { elementsSection } from "./elements";
import { histogramSections } from "./histograms";
import { type Box, graphModel, isSingle } from "./model/boxes";

export interface InspectorActions {
  selectNode(node: number): void;
  /** Opens a closed group, or closes an open one. */
  toggleGroup(group: number): void;
  close(): void;
}

const barCaption = "A bar marks a gradient; the one of o comes in, the others go out.";

type Part = HTMLElement | SVGElement | null;

/** The inspector's content for a node. */
export function inspectNode(
  report: Report,
  node: ReportNode,
  actions: InspectorActions,
  before: RunBefore | null,
): HTMLElement {
  const scope = report.scopes[node.scope];
  const isLeaf = node.inputs.length === 0;
  return page(nodeNames(report)[node.id] ?? node.op, actions, [
    h(
      "p",
      { class: "subtitle" },
      `${isLeaf ? node.kind : node.op} · ${formatShape(node.shape)} · ${node.dtype}`,
      scope?.path ? ` · in ${scope.path}` : null,
    ),
    node.site && h("p", {}, siteLink(node.site)),
    node.role ? h("p", { class: "role" }, roleSentence(node.op, node.role)) : null,
    node.label && !isLeaf ? h("p", { class: "reads" }, h("code", {}, `o = ${node.label}`)) : null,
    node.formula ? h("div", {}, formula(node.formula), h("p", { class: "dimmed" }, barCaption)) : null,
    gainLine(node),
    before && beforeLine(before, node),
    section("Value and gradient", statistics(node)),
    histogramSections(node),
    neighbourSection("Inputs", node.inputs, report, actions, inputNames(node)),
    neighbourSection("Used by", consumers(report, node.id), report, actions),
    node.value.size > 1 ? elementsSection(node) : null,
    collapseButton(report, node, actions),
  ]);
}

/** Closes the innermost frame around an operation. */
function collapseButton(report: Report, { id }: ReportNode, actions: InspectorActions) {
  const model = graphModel(report);
  const { groups, homes } = model.tree;
  const home = homes[id] ?? -1;
  const group = isSingle(groups[home]) ? (groups[home]?.parent ?? -1) : home;
  if (group <= 0) return null;
  const close = () => actions.toggleGroup(group);
  return button(`Collapse ${groupName(report, model, group).path}`, close, { icon: "collapse-all" });
}

/** The inspector's content for a closed group. */
export function inspectGroup(report: Report, box: Box, actions: InspectorActions): HTMLElement {
  const model = graphModel(report);
  const group = model.tree.groups[box.group];
  const scope = group?.kind === "layer" ? report.scopes[group.scope] : undefined;
  const inside = new Set(box.members);
  const parameters = report.parameters.filter(({ node }) => inside.has(node));
  const { path, detail } = groupName(report, model, box.group);
  const output = report.nodes[box.node];
  return page(path, actions, [
    h(
      "p",
      { class: "subtitle" },
      detail === "" ? null : `${detail} · `,
      showTimes(box.members.length, "node"),
    ),
    scope?.site ? h("p", {}, siteLink(scope.site)) : null,
    h(
      "div",
      { class: "buttons" },
      button(scope ? "Open Layer" : "Open", () => actions.toggleGroup(box.group), {
        icon: "expand-all",
        primary: true,
      }),
      scope && scope.parameters > 0
        ? button("Gradcheck This Layer", () => post("check", { target: scope.path }), {
            icon: "beaker",
            runs: true,
          })
        : null,
    ),
    parameters.length > 0
      ? section(
          "Parameters",
          drawTable(
            "Parameters of this layer",
            [{ name: "Name" }, { name: "Shape" }, { name: "‖∇‖", isNumber: true }],
            parameters.map(({ name, node, shape, gradNorm }) => [
              linkButton(name, () => actions.selectNode(node)),
              formatShape(shape),
              gradNorm === null ? "none" : formatNumber(gradNorm),
            ]),
          ),
        )
      : null,
    output ? section("Output and its gradient", statistics(output)) : null,
  ]);
}

function page(title: string, actions: InspectorActions, parts: readonly Part[]): HTMLElement {
  return h(
    "div",
    { class: "inspector-page" },
    h(
      "header",
      {},
      h("h2", { tabindex: -1 }, title),
      iconButton("Close the inspector", "close", () => actions.close()),
    ),
    ...parts,
  );
}

function section(title: string, content: Element): HTMLElement {
  return h("section", {}, h("h3", {}, title), content);
}

function gainLine({ gain, op }: ReportNode): HTMLElement | null {
  if (gain === null || Number.isNaN(gain)) return null;
  const effect = gain < 0.5 ? "shrinks" : gain > 2 ? "enlarges" : "keeps about the size of";
  return h(
    "p",
    {},
    "Gain ",
    h("strong", {}, formatNumber(gain)),
    `: ${op} ${effect} the gradient on its way back.`,
  );
}

/** What the tensor was in the run before. */
function beforeLine(before: RunBefore, { id }: ReportNode): HTMLElement {
  const pair = before.pairs.get(id);
  const then = pair && before.report.nodes[pair.a];
  if (then === undefined || pair === undefined)
    return h("p", { class: "before" }, "New since the run before.");
  const was = pair.changes.includes("op") ? `${then.op}, ` : "";
  const change = changeText(pair.gradient);
  return h(
    "p",
    { class: "before" },
    `Before: ${was}${gradientText(then.grad)}. Now `,
    h("strong", {}, change),
    ".",
  );
}

const rows: readonly { readonly name: string; read(stats: Stats): string }[] = [
  { name: "Norm", read: ({ norm }) => formatNumber(norm, 4) },
  { name: "Mean", read: ({ mean }) => formatNumber(mean, 4) },
  { name: "Deviation", read: ({ std }) => formatNumber(std, 4) },
  { name: "Smallest", read: ({ min }) => formatNumber(min, 4) },
  { name: "Largest", read: ({ max }) => formatNumber(max, 4) },
  { name: "Zeros", read: ({ zeros }) => showCount(zeros) },
  { name: "Not finite", read: ({ nonFinite }) => showCount(nonFinite) },
];

function statistics({ value, grad }: ReportNode): HTMLElement {
  const columns = [
    { name: "Statistic" },
    { name: "Value", isNumber: true },
    { name: "Gradient", isNumber: true },
  ];
  const none = "none";
  const item = ({ item, mean }: Stats) => formatNumber(item ?? mean, 6);
  const cells =
    value.size === 1
      ? [["Number", item(value), grad ? item(grad) : none]]
      : rows.map(({ name, read }) => [name, read(value), grad ? read(grad) : none]);
  return drawTable("Value and gradient", columns, cells);
}

/** What formulas call the inputs: each is named by the gradient it gets, else the first two are x and y. */
function inputNames({ formula, inputs }: ReportNode): readonly string[] {
  const named = Array.from(formula.matchAll(/\\bar\{(\w+)\}\s*=/g), ([, name]) => name ?? "");
  return named.length === inputs.length ? named : ["x", "y"];
}

/** Lists longer than this are cut, with the number of those left out. */
const longestList = 24;

function neighbourSection(
  title: string,
  ids: readonly number[],
  report: Report,
  actions: InspectorActions,
  prefixes: readonly string[] = [],
): HTMLElement | null {
  if (ids.length === 0) return null;
  const items = ids.slice(0, longestList).flatMap((id, i) => {
    const node = report.nodes[id];
    if (!node) return [];
    const prefix = ids.length > 1 || prefixes.length > 0 ? prefixes[i] : undefined;
    return h(
      "li",
      {},
      prefix ? h("code", {}, prefix) : null,
      linkButton(nodeNames(report)[id] ?? node.op, () => actions.selectNode(id)),
      h("span", { class: "dimmed" }, valueText(node), gradientText(node.grad)),
    );
  });
  const rest = ids.length - items.length;
  return section(title, h("ul", { class: "neighbours" }, items, rest > 0 && h("li", {}, `and ${rest} more`)));
}

/** The number that formulas speak of, where it is one. */
function valueText({ value }: ReportNode): string {
  return value.item === undefined ? "" : `value ${formatNumber(value.item, 4)} · `;
}

function consumers(report: Report, id: number): number[] {
  return report.nodes.filter(({ inputs }) => inputs.includes(id)).map((node) => node.id);
}
