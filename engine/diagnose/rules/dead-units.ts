/** Units behind a ReLU that are 0 for the whole batch: no gradient passes, so they cannot recover. */

import { showTimes } from "../../core/number-text";
import type { ReportNode } from "../../report/report";
import { carriesGradient } from "../measures/wires";
import { defineRule, type Trouble } from "../rule";
import { said } from "../said";
import type { Traced } from "../traced";

/** A unit that is silent for a handful of examples says nothing. */
const MIN_BATCH = 16;
const MIN_UNITS = 4;
const operations = new Set(["relu", "relu6"]);

export const deadUnits = defineRule({
  id: "dead-units",
  title: "Dead units",
  severity: "warning",
  page: {
    meaning:
      "A unit is dead when it gives 0 for every example, because what comes before its relu is always negative.",
    harm: "relu passes no gradient where its input is negative, so the weights of a dead unit never change again.",
    cure: "Start biases at 0, lower the learning rate, normalise what comes in, or use an activation that lets a little through.",
    source:
      "SageMaker Debugger reports a layer of which more than half is dead; Lu et al., Dying ReLU and Initialization (2019).",
  },
  thresholds: { share: { value: 0.5, text: "share of the units of a layer that are 0 for every example" } },
  find: findLayers,
});

function findLayers(traced: Traced, limits: { readonly share: number }): Trouble[] {
  const carries = carriesGradient(traced);
  return traced.nodes.flatMap((node) => {
    const [batch, units] = node.shape;
    const isLayer =
      operations.has(node.op) && units !== undefined && (batch ?? 0) >= MIN_BATCH && units >= MIN_UNITS;
    if (!isLayer || carries[node.id] === 0 || !followsWeights(traced, node)) return [];
    const dead = unitsAtZero(traced, node, units);
    return dead.length / units > limits.share ? [report(node, dead, units, batch ?? 0)] : [];
  });
}

/** Units (channels, for images) whose value is 0 for every example and place. */
function unitsAtZero(traced: Traced, node: ReportNode, units: number): number[] {
  const data = traced.values(node.id, "value") ?? [];
  const [batch = 1] = node.shape;
  const places = data.length / (batch * units);
  const alive = new Uint8Array(units);
  for (let i = 0; i < data.length; i++) {
    if (data[i] !== 0) alive[Math.floor(i / places) % units] = 1;
  }
  return Array.from(alive.keys()).filter((unit) => alive[unit] === 0);
}

/** True when a weight lies a few operations before it: what has no weights cannot learn anyway. */
function followsWeights({ nodes }: Traced, node: ReportNode): boolean {
  let level = [node];
  for (let depth = 0; depth < 4; depth++) {
    level = level.flatMap(({ inputs }) => inputs.flatMap((id) => nodes[id] ?? []));
    if (level.some(({ kind }) => kind === "parameter")) return true;
  }
  return false;
}

function report(node: ReportNode, dead: readonly number[], units: number, batch: number): Trouble {
  const share = Math.round((100 * dead.length) / units);
  const all = dead.length === units;
  const which = all ? "" : ` (${dead.slice(0, 8).join(", ")}${dead.length > 8 ? ", …" : ""})`;
  return {
    severity: all ? "error" : "warning",
    ...said(
      `${all ? "All" : dead.length} of ${showTimes(units, "unit")} of this ${node.op} are 0 for all ${showTimes(batch, "example")}${which}: ${share} % are dead.`,
      "No gradient passes them, so the weights before them do not learn.",
    ),
    site: node.site,
    node: node.id,
    evidence: { dead: dead.length, units, share: dead.length / units, batch },
    related: [],
    fixes: [
      {
        title: "Use leakyRelu or gelu here",
        detail: "They pass a little gradient for negative inputs, so a dead unit can recover.",
      },
      {
        title: "Lower the learning rate, or start with biases of 0",
        detail: "A large step or a large negative bias pushes a unit below 0 for every example.",
      },
    ],
  };
}
