/** Parameters whose gradient is exactly 0, and stays 0 when all parameters move a little: a flat operation stands in the way. */
import { showNumber, showTimes } from "../../core/number-text";
import { IS_WEIGHT } from "../../report/names";
import type { ReportNode } from "../../report/report";
import { at } from "../../report/trace";
import { parameterName, parametersOf } from "../measures/parameters";
import { leftOut, placeToChange } from "../measures/places";
import { inputsOf } from "../measures/wires";
import type { Offered } from "../rule";
import { beside, defineRule, type Trouble } from "../rule";
import { numberInCode, said } from "../said";
import type { Traced } from "../traced";

/** Operations that are flat, everywhere or in a part of their range. Units that relu silences have a rule of their own. */
const steps: ReadonlySet<string> = new Set(["sign", "round", "floor", "ceil", "trunc"]);
const limits: ReadonlySet<string> = new Set([
  "clamp",
  "hardtanh",
  "hardsigmoid",
  "hardswish",
  "hardshrink",
  "softshrink",
  "threshold",
  "maximum",
  "minimum",
]);

export const zeroGradient = defineRule({
  id: "zero-gradient",
  title: "Gradient of zero",
  severity: "error",
  page: {
    meaning:
      "The loss depends on a parameter, and yet its gradient is exactly 0: somewhere on the way an operation does not change when its input changes a little, such as rounding, a sign, or a limit that is always reached.",
    harm: "Every step changes the parameters by nothing, so what lies before that operation never learns.",
    cure: "Use a smooth form of the operation, let the gradient pass it as if it were not there, or move the limits to where the values are.",
    source: "Bengio, Léonard and Courville (2013) on gradients through steps.",
  },
  thresholds: {
    move: { value: 1e-3, text: "by how much all parameters are moved for a second look, of their own size" },
  },
  explains: [
    "dead-units",
    "saturation",
    "initial-loss",
    "output-range",
    "vanishing-gradient",
    "activation-scale",
    "no-gradient",
  ],
  find: findFlat,
  measure: (traced) => ({ label: "parameters with a gradient of 0", value: withZero(traced).length }),
});

function findFlat(traced: Traced, { move }: { readonly move: number }): Trouble[] {
  const zero = withZero(traced);
  if (zero.length === 0 || traced.loss === null || traced.loss.value === 0) return [];
  const flat = flatBefore(traced, new Set(zero));
  if (flat === null) return [];
  const lasting = zero.filter(remains(traced, move));
  return lasting.length === 0 ? [] : [report(traced, flat, lasting)];
}

/** Parameters, of two dimensions or more where there are such, whose gradient holds nothing but zeros. */
function withZero(traced: Traced): number[] {
  const { gradients, nodes } = traced.trace.tables;
  const found: number[] = [];
  for (let row = 0; row < gradients.node.length; row++) {
    const node = at(gradients.node, row);
    if (at(nodes.flags, node) !== IS_WEIGHT) continue;
    if (at(gradients.norm, row) === 0 && at(gradients.nonFinite, row) === 0) found.push(node);
  }
  const wide = found.filter((node) => (traced.nodes[node]?.shape.length ?? 0) >= 2);
  return wide.length > 0 || parametersOf(traced).reached.size > found.length ? wide : found;
}

/** The flat operation nearest to the loss that receives a gradient and hands back none to what the parameters made. */
function flatBefore(traced: Traced, zero: ReadonlySet<number>): ReportNode | null {
  const { gradients, nodes } = traced.trace.tables;
  const { starts, rows } = inputsOf(traced);
  const norm = new Float64Array(nodes.flags.length).fill(-1);
  for (let row = 0; row < gradients.node.length; row++)
    norm[at(gradients.node, row)] = at(gradients.norm, row);
  const made = new Uint8Array(nodes.flags.length);
  let found: ReportNode | null = null;
  for (let node = 0; node < made.length; node++) {
    if (zero.has(node)) made[node] = 1;
    for (let edge = at(starts, node); edge < at(starts, node + 1); edge++) {
      const input = at(rows, edge);
      if (made[input] !== 1) continue;
      made[node] = 1;
      if (at(norm, node) > 0 && at(norm, input) === 0) found = chosen(traced, node) ?? found;
    }
  }
  return found;
}

function chosen(traced: Traced, node: number): ReportNode | null {
  const operation = traced.nodes[node];
  if (operation === undefined) return null;
  return steps.has(operation.op) || limits.has(operation.op) ? operation : null;
}

/** Whether the gradient of a parameter is still 0 after all of them have moved a little. */
function remains(traced: Traced, move: number): (node: number) => boolean {
  const moved = new Map<number, Float64Array>();
  for (const node of parametersOf(traced).reached) {
    const values = traced.values(node, "value");
    if (values !== null) moved.set(node, shaken(values, move));
  }
  const again = traced.experiments?.repeat(moved, { gradients: true }) ?? null;
  return (node) =>
    again === null || Array.prototype.every.call(again.gradient(node) ?? [], (g: number) => g === 0);
}

/** Every element moved by a share of the tensor's size, up or down as a fixed sequence has it. */
function shaken(values: ArrayLike<number>, share: number): Float64Array {
  let squares = 0;
  for (let i = 0; i < values.length; i++) squares += at(values, i) ** 2;
  const size = Math.sqrt(squares / Math.max(1, values.length)) || 1;
  let state = 1;
  return Float64Array.from(values, (value) => {
    state = (state * 16807) % 2147483647;
    return value + share * size * (state / 1073741823.5 - 1);
  });
}

function report(traced: Traced, flat: ReportNode, zero: readonly number[]): Trouble {
  const input = traced.nodes[flat.inputs[0] ?? -1];
  const isStep = steps.has(flat.op);
  const range =
    input === undefined
      ? ""
      : `, which got values from ${showNumber(input.value.min, 3)} to ${showNumber(input.value.max, 3)}`;
  const names = zero.slice(0, 3).map((node) => parameterName(traced, node));
  return {
    ...said(
      `The gradient of ${names.join(", ")}${zero.length > 3 ? ` and ${showTimes(zero.length - 3, "other parameter")}` : ""} is exactly 0: ${flat.op} passes none${isStep ? "" : " here"}.`,
      isStep
        ? `${flat.op} is a staircase: its slope is 0 wherever it has one, so a small change of the parameters changes nothing.`
        : `All values lie where ${flat.op} is flat${range}. It stays so when the parameters move a little.`,
    ),
    site: placeToChange(traced, flat),
    node: flat.id,
    evidence: {
      operation: flat.op,
      parameters: zero.length,
      ...(input === undefined ? {} : { inputMin: input.value.min, inputMax: input.value.max }),
    },
    related: zero
      .slice(0, 8)
      .flatMap((node) =>
        beside(traced.nodes[node]?.site ?? null, `${parameterName(traced, node)}: gradient 0`),
      ),
    fixes: fixesFor(traced, flat, isStep),
  };
}

/** A limit within the values, where it is the same for all of them. */
function lowerLimit(traced: Traced, flat: ReportNode): Offered {
  const { std = 0 } = traced.nodes[flat.inputs[0] ?? -1]?.value ?? {};
  const value = std > 0 ? numberInCode(std / 2) : "";
  const call = placeToChange(traced, flat);
  return {
    title: value === "" ? `Lower the limit of ${flat.op}` : `Lower the limit of ${flat.op} to ${value}`,
    detail: `What is smaller than the limit becomes 0, and no gradient passes it. The values spread by ${showNumber(std, 2)}.`,
    ...(call === null || value === ""
      ? {}
      : {
          remedies: [
            {
              change: "option",
              call,
              name: "lambd",
              value: value,
              position: call === flat.site ? 1 : 0,
            },
          ],
        }),
  };
}

function fixesFor(traced: Traced, flat: ReportNode, isStep: boolean): Offered[] {
  const { op, site } = flat;
  const out = leftOut(traced, flat);
  const without: Offered = {
    title: `Leave ${op} out`,
    detail: "The gradient then passes as it comes.",
    ...(out.length > 0 ? { remedies: out } : {}),
  };
  if (op === "hardshrink" || op === "softshrink") return [lowerLimit(traced, flat), without];
  if (!isStep)
    return [
      {
        title: `Move the limits of ${op} to where its values are`,
        detail: "Inside of its limits the gradient passes.",
      },
      without,
    ];
  const through = {
    title: `Let the gradient pass: x.add(sub(${op}(x), x).detach())`,
    detail: `The values stay those of ${op}, and the way back is that of x.`,
  };
  if (op !== "sign") return [through, without];
  const smooth: Offered = {
    title: "Use tanh instead of sign",
    detail: "It is the smooth form of sign: between -1 and 1, with a slope everywhere.",
    ...(site === null ? {} : { remedies: [{ change: "callee", call: site, name: "tanh" }] }),
  };
  return [smooth, through];
}
