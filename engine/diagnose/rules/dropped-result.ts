/** Results of operations that nobody used, beside which the values went on as they were. */
import { showTimes } from "../../core/number-text";
import type { ReportNode } from "../../report/report";
import { at, rowAt } from "../../report/trace";
import { behindLoss, rowsOf, usersOf } from "../measures/wires";
import { beside, defineRule, type Trouble } from "../rule";
import { said } from "../said";
import type { Traced } from "../traced";

export const droppedResult = defineRule({
  id: "dropped-result",
  title: "Dropped result",
  severity: "warning",
  page: {
    meaning:
      "Operations on tensors give a new tensor and leave their inputs as they are. A call such as relu(h); whose result nobody takes does nothing.",
    harm: "The network lacks what the call was to do: an activation, a mask, a connection around a layer.",
    cure: "Take the result: h = relu(h).",
    source: "Unlike relu_ and masked_fill_ of PyTorch, no function of the library changes its argument.",
  },
  thresholds: {},
  explains: [
    "linear-without-activation",
    "attention-mask",
    "vanishing-gradient",
    "exploding-gradient",
    "initialisation",
    "activation-scale",
    "attention-scale",
  ],
  find: findDropped,
});

function findDropped(traced: Traced): Trouble[] {
  // Who reads numbers is noted while a loss or a layer runs.
  const isWatched = hasLoss(traced);
  const places = new Map<string, ReportNode[]>();
  for (const id of unusedNodes(traced)) {
    const node = traced.nodes[id];
    if (node === undefined || node.site === null || !isForgotten(traced, node)) continue;
    if (!isWatched && at(traced.trace.tables.nodes.call, id) === 0) continue;
    const key = `${node.site.file}:${node.site.line}:${node.site.column}`;
    places.set(key, [...(places.get(key) ?? []), node]);
  }
  return places.size === 0 ? [] : [report([...places.values()])];
}

/** Whether an exported loss was run. */
function hasLoss({ trace }: Traced): boolean {
  const { acts } = trace.tables;
  return Array.prototype.some.call(acts.kind, (kind: number) => trace.texts[kind] === "loss");
}

/** Results that take a gradient, that no operation uses, that no variable held, and of which no number was read. */
function unusedNodes(traced: Traced): number[] {
  const { nodes, events, cuts } = traced.trace.tables;
  const used = new Set<number>();
  for (let row = 0; row < events.node.length; row++) used.add(at(events.node, row));
  // A place in a loop that reads numbers is noted once.
  const read = new Set<number>();
  for (let row = 0; row < cuts.from.length; row++) read.add(at(nodes.site, rowAt(cuts.from, row) ?? 0));
  const { starts } = usersOf(traced);
  const found: number[] = [];
  for (let node = 0; node < nodes.operation.length; node++) {
    const isUnused =
      at(starts, node) === at(starts, node + 1) && !used.has(node) && !read.has(at(nodes.site, node));
    if (isUnused && at(nodes.operation, node) > 0 && node !== traced.loss?.node) found.push(node);
  }
  return found;
}

/** Whether it has the shape of an input that went on to the loss without it. */
function isForgotten(traced: Traced, node: ReportNode): boolean {
  const [first] = node.inputs;
  const input = traced.nodes[first ?? -1];
  if (input === undefined || !node.requiresGrad || input.kind !== "operation") return false;
  if (input.shape.join() !== node.shape.join()) return false;
  const behind = behindLoss(traced);
  return rowsOf(usersOf(traced), input.id).some((user) => user > node.id && behind[user] === 1);
}

function report(places: readonly (readonly ReportNode[])[]): Trouble {
  const [first] = places[0] as readonly [ReportNode, ...ReportNode[]];
  const count = places[0]?.length ?? 1;
  return {
    ...said(
      `Nobody takes the result of this ${first.op}${count > 1 ? `, which is called ${showTimes(count, "time")}` : ""}: it changes nothing.`,
      `${first.op} gives a new tensor and leaves its argument as it is; the loss was computed without it.`,
    ),
    site: first.site,
    node: first.id,
    evidence: { operation: first.op, calls: count, places: places.length },
    related: places
      .slice(1, 8)
      .flatMap(([node]) => beside(node?.site ?? null, `the result of ${node?.op ?? ""} is dropped, too`)),
    fixes: [
      {
        title: `Take the result: … = ${first.op}(…)`,
        detail: "Functions of the library never change their arguments.",
      },
    ],
  };
}
