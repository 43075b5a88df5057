/** What a loss is instead of a tensor, and what to return in its place; asks nothing of the value that its author could answer. */
import { types } from "node:util";
import { entriesOf, isOpaque, silently } from "../core/observe";
import { isTensor } from "../core/tensor";

export function insteadOfTensor(value: unknown): { found: string; hint?: string } {
  if (value === undefined) return { found: "nothing" };
  if (value === null) return { found: "null" };
  if (typeof value === "number") {
    return {
      found: `the number ${value}`,
      hint: "return the tensor itself, without item(): a number has no gradient",
    };
  }
  if (types.isGeneratorObject(value)) {
    return { found: "a generator", hint: "return the tensor of a plain function: this one is a function*" };
  }
  if (typeof value !== "object") return { found: `a ${typeof value}` };
  const isList = !isOpaque(value) && Array.isArray(value);
  return { found: isList ? "an array" : "an object", ...fieldHint(value, isList) };
}

/** Fields that are called so hold the loss, where several could. */
const usual = /^(loss|value|total|totalLoss|out|output)$/;
/** Of more fields not all are named. */
const MOST = 6;

function fieldHint(value: object, isList: boolean): { hint?: string } {
  const fields = silently(() => entriesOf(value));
  const place = (name: string) => (isList ? `element [${name}]` : `field \`${name}\``);
  const losses = fields.filter(([, each]) => isTensor(each) && each.size === 1).map(([name]) => name);
  const loss =
    losses.find((name) => usual.test(name)) ?? (losses.length === 1 || isList ? losses[0] : undefined);
  if (loss !== undefined) return { hint: `return only its ${place(loss)}, the tensor to differentiate` };
  if (losses.length > 0)
    return {
      hint: `return the tensor to differentiate: one of its fields ${losses.slice(0, MOST).join(", ")}`,
    };
  const named = fields.filter(([name, each]) => usual.test(name) && typeof each === "number");
  const [number] = named;
  if (!isList && number)
    return {
      hint: `its field \`${number[0]}\` is a number: return the tensor that it was made of, without item()`,
    };
  return {};
}
