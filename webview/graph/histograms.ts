/** How the elements of a node's value and gradient are spread: asked for when somebody looks, and kept. */
import type { NodeHistograms } from "../../engine/report/questions";
import type { ReportNode } from "../../engine/report/report";
import { ask } from "../bridge";
import { h } from "../dom";
import { histogramChart } from "../histogram";

const known = new WeakMap<ReportNode, NodeHistograms>();
/** Under way: a page may be drawn several times before an answer comes. */
const asked = new WeakMap<ReportNode, Promise<NodeHistograms | null>>();

/** A section for the value and one for the gradient, each as high as its picture will be; null for single numbers. */
export function histogramSections(node: ReportNode): HTMLElement | null {
  if (node.value.size < 2) return null;
  const box = h("div", {}, placeholder("value"), node.grad && placeholder("gradient"));
  const found = known.get(node);
  if (found) drawBoth(box, found);
  else
    request(node).then(
      (histograms) => histograms && drawBoth(box, histograms),
      (error: unknown) => box.replaceChildren(missing(error)),
    );
  return box;
}

function request(node: ReportNode): Promise<NodeHistograms | null> {
  const pending = asked.get(node) ?? fetchHistograms(node);
  asked.set(node, pending);
  return pending;
}

async function fetchHistograms(node: ReportNode): Promise<NodeHistograms | null> {
  try {
    const [histograms = null] = (await ask("histograms", { start: node.id, count: 1 })).nodes;
    if (histograms) known.set(node, histograms);
    return histograms;
  } finally {
    // Whoever looks again after a failure asks again.
    asked.delete(node);
  }
}

function drawBoth(box: HTMLElement, { value, grad }: NodeHistograms) {
  box.replaceChildren(
    section("value", value ? histogramChart("Value", value) : leftOut()),
    ...(grad ? [section("gradient", histogramChart("Gradient", grad))] : []),
  );
}

function section(of: string, content: Element): HTMLElement {
  return h("section", {}, h("h3", {}, `Elements of the ${of}`), content);
}

function placeholder(of: string): HTMLElement {
  return section(of, h("div", { class: "histogram" }));
}

function leftOut(): HTMLElement {
  return h("p", { class: "dimmed" }, "Left out of the saved trace for their size");
}

function missing(error: unknown): HTMLElement {
  const why = error instanceof Error ? error.message : String(error);
  return section("value", h("p", { class: "dimmed", role: "status" }, why));
}
