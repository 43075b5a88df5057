/** Units behind a ReLU that give the same for the whole batch: no gradient passes, so they cannot recover. */

import { showNumber, showTimes } from "../../core/number-text";
import { sizeOf } from "../../core/shape";
import type { Remedy } from "../../report/remedy";
import type { ReportNode, Site } from "../../report/report";
import { chosenAmong, parametersBefore, preceding, stepperOf } from "../measures/causes";
import { centred } from "../measures/other-values";
import { operationsNamed, placeToChange } from "../measures/places";
import { unwritten } from "../measures/redrawn";
import { carriesGradient } from "../measures/wires";
import { beside, defineRule, type Offered, type Trouble } from "../rule";
import { said } from "../said";
import type { Traced } from "../traced";

/** A unit that is silent for a handful of examples says nothing. */
const MIN_EXAMPLES = 16;
const MIN_UNITS = 4;
/** Mean over root mean square of what comes before units. */
const PUSHED = 0.2;
const operations: ReadonlySet<string> = new Set(["relu", "relu6", "threshold", "hardshrink", "softshrink"]);

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
  explains: ["zero-gradient", "vanishing-gradient", "initial-loss"],
  find: findLayers,
});

interface Dead {
  readonly node: ReportNode;
  readonly units: number;
  readonly dead: readonly number[];
  readonly examples: number;
}

function findLayers(traced: Traced, limits: { readonly share: number }): Trouble[] {
  const carries = carriesGradient(traced);
  const found = operationsNamed(traced, operations).flatMap((id): Dead[] => {
    const node = traced.nodes[id];
    if (node === undefined || carries[id] === 0 || parametersBefore(traced, node).length === 0) return [];
    if (!isPushedDown(traced, node)) return [];
    const layer = unitsAtRest(traced, node);
    return layer !== null && layer.dead.length / layer.units > limits.share ? [layer] : [];
  });
  const [first] = found;
  return first === undefined ? [] : [report(traced, first, found.slice(1))];
}

/** Inputs that hardly differ leave half of the units at 0 by chance; what kills units shifts all that comes before them. */
function isPushedDown({ nodes }: Traced, { op, inputs }: ReportNode): boolean {
  const value = nodes[inputs[0] ?? -1]?.value;
  if (value === undefined || !op.startsWith("relu")) return true;
  return value.mean < -PUSHED * (value.norm / Math.sqrt(value.size));
}

/** Units (channels, for images) whose value is the smallest there is for every example and place. */
function unitsAtRest(traced: Traced, node: ReportNode): Dead | null {
  const { shape } = node;
  const dim = unitDim(traced, node);
  const units = shape[dim] ?? 0;
  const examples = sizeOf(shape) / Math.max(1, units);
  if (shape.length < 2 || units < MIN_UNITS || examples < MIN_EXAMPLES) return null;
  const data = traced.values(node.id, "value") ?? [];
  const inner = sizeOf(shape.slice(dim + 1));
  const rest = node.op === "threshold" ? node.value.min : 0;
  const alive = new Uint8Array(units);
  for (let i = 0; i < data.length; i++) if (data[i] !== rest) alive[Math.floor(i / inner) % units] = 1;
  return { node, units, examples, dead: Array.from(alive.keys()).filter((unit) => alive[unit] === 0) };
}

/** Channels come second behind convolutions; else units come last. */
function unitDim(traced: Traced, node: ReportNode): number {
  if (node.shape.length < 3) return node.shape.length - 1;
  const before = preceding(traced, node).find(({ op }) =>
    /^(conv|batchNorm|groupNorm|instanceNorm|linear|matmul|layerNorm)/.test(op),
  );
  return before !== undefined && /^(conv|batch|group|instance)/.test(before.op) ? 1 : node.shape.length - 1;
}

interface Cause {
  readonly site: Site | null;
  readonly text: string;
  readonly remedies: readonly Remedy[];
  /** The parameter whose values the text chose, where it is that. */
  readonly chosen?: number;
  /** Whether training did it: then another activation does not help. */
  readonly isTrained?: boolean;
}

/** What keeps the input of the units below 0. */
function causeOf(traced: Traced, { node }: Dead): Cause {
  const input = traced.nodes[node.inputs[0] ?? -1];
  const level = input?.value.mean ?? 0;
  const parameters = parametersBefore(traced, node);
  const chosen =
    chosenAmong(
      traced,
      parameters,
      ({ shape, value }) => shape.length < 2 && value.mean < 0 && value.mean < 0.5 * level,
    ) ??
    chosenAmong(traced, parameters, ({ shape, value }) => shape.length > 1 && value.mean < -0.25 * value.std);
  if (chosen !== null) {
    const name = chosen.node.name ?? "A parameter";
    return {
      site: chosen.site,
      text: `${name} was written with a mean of ${showNumber(chosen.node.value.mean, 3)}, so what comes before it is ${showNumber(level, 3)} on average.`,
      remedies: unwritten(traced, [chosen.node.id]),
      chosen: chosen.node.id,
    };
  }
  const stepped = stepperOf(traced, parameters);
  if (stepped !== null)
    return {
      site: stepped.site,
      text: `The weights before it took ${showTimes(stepped.steps, "step")} with a learning rate of ${showNumber(stepped.learningRate, 3)}: one that is too large throws units below 0 for every example.`,
      remedies: [],
      isTrained: true,
    };
  return {
    site: placeToChange(traced, node),
    text: `What comes before it is ${showNumber(level, 3)} on average.`,
    remedies: [],
  };
}

function report(traced: Traced, layer: Dead, others: readonly Dead[]): Trouble {
  const { node, dead, units, examples } = layer;
  const share = Math.round((100 * dead.length) / units);
  const all = dead.length === units;
  const which = all ? "" : ` (${dead.slice(0, 8).join(", ")}${dead.length > 8 ? ", …" : ""})`;
  const cause = causeOf(traced, layer);
  const place = placeToChange(traced, node);
  return {
    severity: all ? "error" : "warning",
    ...said(
      `${all ? "All" : dead.length} of ${showTimes(units, "unit")} of ${node.name === null ? `a ${node.op}` : `${node.name} (${node.op})`} give nothing for all ${showTimes(examples, "example")}${which}: ${share} % are dead.`,
      `${cause.text} No gradient passes them, so the weights before them do not learn.`,
    ),
    site: cause.site,
    node: node.id,
    undo: () => (cause.chosen === undefined ? null : centred(traced, [cause.chosen])),
    evidence: {
      dead: dead.length,
      units,
      share: dead.length / units,
      batch: examples,
      layers: others.length + 1,
    },
    related: [
      ...(place?.line === cause.site?.line
        ? []
        : beside(place, `${dead.length} of ${units} units are dead here`)),
      ...others
        .slice(0, 6)
        .flatMap((other) =>
          beside(
            placeToChange(traced, other.node),
            `${other.dead.length} of ${other.units} units are dead here, too`,
          ),
        ),
    ],
    fixes: fixesFor(node, cause, place),
  };
}

function fixesFor(node: ReportNode, { remedies, isTrained }: Cause, place: Site | null): Offered[] {
  const call =
    node.op === "relu" && place !== null && remedies.length === 0 && isTrained !== true ? place : null;
  const name = place === null || place === node.site ? "leakyRelu" : "LeakyReLU";
  return [
    {
      title:
        remedies.length > 0
          ? "Leave the start as the layer has it"
          : "Start with biases of 0, or lower the learning rate",
      detail: "A large negative bias or a large step pushes a unit below 0 for every example.",
      remedies,
    },
    {
      title: "Use leakyRelu or gelu here",
      detail: "They pass a little gradient for negative inputs, so a dead unit can recover.",
      remedies: call === null ? [] : [{ change: "callee", call, name }],
    },
  ];
}
