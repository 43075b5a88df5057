/** One layer in several places of a list: what looks like a deep network has the weights of one layer. */
import { at, rowAt } from "../../report/trace";
import { inputsOf } from "../measures/wires";
import { defineRule, type Trouble } from "../rule";
import { said } from "../said";
import { siteInRow, type Traced } from "../traced";

export const sharedLayer = defineRule({
  id: "shared-layer",
  title: "Shared layer",
  severity: "warning",
  page: {
    meaning:
      "A list holds the same layer several times, as Array(4).fill(new Linear(…)) does: it is made once and put into every place.",
    harm: "All places have the same weights, which get the sum of their gradients: the network is as poor as one layer applied again and again.",
    cure: "Make a layer for each place, with Array.from({ length: n }, () => new Linear(…)).",
    source: "A list that repeats a layer; blocks that a loop applies again on purpose stand in no list.",
  },
  thresholds: {},
  explains: ["vanishing-gradient", "exploding-gradient", "dead-units"],
  find: findRepeated,
});

interface Repeated {
  readonly layer: number;
  readonly holder: number;
  /** The field that holds the list: "layers". */
  readonly list: string;
  readonly places: number;
}

function findRepeated(traced: Traced): Trouble[] {
  return repeatedIn(traced).flatMap((repeated) =>
    hasParameters(traced, repeated.layer) && isAlike(traced, repeated.layer)
      ? [report(traced, repeated)]
      : [],
  );
}

/** Layers that stand more than once in a list of a layer. */
function repeatedIn({ trace }: Traced): Repeated[] {
  const { fields } = trace.tables;
  const counts = new Map<string, Repeated>();
  for (let row = 0; row < fields.child.length; row++) {
    const layer = rowAt(fields.child, row);
    const [, list = "", index] = /^(.*?)\.?(\d+)$/.exec(trace.texts[at(fields.name, row)] ?? "") ?? [];
    if (layer === null || index === undefined) continue;
    const holder = at(fields.module, row);
    const key = `${holder} ${list} ${layer}`;
    counts.set(key, { layer, holder, list, places: (counts.get(key)?.places ?? 0) + 1 });
  }
  return [...counts.values()].filter(({ places }) => places > 1);
}

/** Whether a layer, or one below it, holds a tensor. */
function hasParameters({ trace }: Traced, layer: number): boolean {
  const { fields } = trace.tables;
  const below = new Set([layer]);
  let grown = 0;
  while (grown !== below.size) {
    grown = below.size;
    for (let row = 0; row < fields.module.length; row++) {
      if (!below.has(at(fields.module, row))) continue;
      if (rowAt(fields.node, row) !== null) return true;
      const child = rowAt(fields.child, row);
      if (child !== null) below.add(child);
    }
  }
  return false;
}

/**
 * Whether a call of the layer takes what another call of it gave, or makes the same of the same as another one: not so in the
 * towers of a Siamese network.
 */
function isAlike(traced: Traced, layer: number): boolean {
  const { nodes, calls } = traced.trace.tables;
  const { starts, rows } = inputsOf(traced);
  const own = new Int32Array(calls.module.length).fill(-1);
  for (let call = 0; call < own.length; call++) {
    const caller = rowAt(calls.caller, call);
    own[call] = at(calls.module, call) === layer ? call : caller === null ? -1 : at(own, caller);
  }
  const from = new Int32Array(nodes.call.length).fill(-1);
  const last = new Map<number, number>();
  for (let node = 0; node < from.length; node++) {
    const call = rowAt(nodes.call, node);
    const mine = call === null ? -1 : at(own, call);
    if (mine >= 0) last.set(mine, node);
    for (let edge = at(starts, node); edge < at(starts, node + 1); edge++) {
      const before = at(from, at(rows, edge));
      if (before < 0) continue;
      if (mine >= 0 && before !== mine) return true;
      from[node] = before;
    }
    if (mine >= 0) from[node] = mine;
  }
  const results = [...last.values()];
  return results.some((node, i) => results.slice(0, i).some((other) => isSame(traced, node, other)));
}

/** Whether two results are the same numbers: those of the same input, in which no chance had a part. */
function isSame(traced: Traced, a: number, b: number): boolean {
  const [x, y] = [traced.nodes[a]?.value, traced.nodes[b]?.value];
  if (x === undefined || y === undefined || x.size !== y.size || x.size < 2 || x.norm !== y.norm)
    return false;
  return x.min === y.min && x.max === y.max && x.norm > 0;
}

function report(traced: Traced, { layer, list, places }: Repeated): Trouble {
  const { modules } = traced.trace.tables;
  const type = traced.trace.texts[at(modules.type, layer)] ?? "layer";
  return {
    ...said(
      `${list === "" ? "A list of layers" : list} holds one and the same ${type} ${places} times, so all ${places} places share its weights.`,
      "It is made once, and the list repeats it.",
    ),
    site: siteInRow(traced, rowAt(modules.site, layer)),
    node: null,
    evidence: { places, layer: type, list },
    fixes: [
      {
        title: "Make a layer for each place: Array.from({ length: n }, () => …)",
        detail: "The function is called for every place, so each gets weights of its own.",
      },
    ],
  };
}
