/** Finds tensors by name, operation, layer, shape, line and size of the gradient, also where groups are closed. */
import { formatShape } from "../../../engine/core/number-text";
import type { Report, ReportNode } from "../../../engine/report/report";

type Test = (node: ReportNode, said: string) => boolean;

/** Ids of the tensors that match every word, in order; null for an empty search. */
export function searchNodes(report: Report, text: string): number[] | null {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return null;
  const tests = words.map(testOf);
  return report.nodes.flatMap((node) => {
    const said = saidOf(report, node);
    return tests.every((test) => test(node, said)) ? [node.id] : [];
  });
}

/** `norm<1e-6` and the like, `line:12` or `:12`; else any part of what is said of a tensor. */
function testOf(word: string): Test {
  const [, of, sign, limit] = /^(norm|value|gain)([<>])(=?[-+\d.e]+)$/.exec(word) ?? [];
  const number = Number(limit?.replace("=", ""));
  if (of && limit && !Number.isNaN(number)) {
    return (node) => {
      const measured = of === "norm" ? node.grad?.norm : of === "value" ? node.value.norm : node.gain;
      if (measured === undefined || measured === null) return false;
      if (measured === number) return limit.startsWith("=");
      return sign === "<" ? measured < number : measured > number;
    };
  }
  const line = /^(?:line)?:(\d+)$/.exec(word)?.[1];
  if (line !== undefined) return ({ site }) => site?.line === Number(line);
  const shape = word.replaceAll("x", "×");
  return (_, said) => said.includes(word) || (/^\d+(×\d+)+$/.test(shape) && said.includes(shape));
}

function saidOf({ scopes }: Report, { name, op, kind, scope, shape, grad }: ReportNode): string {
  const layer = scopes[scope];
  const state = grad === null ? "no gradient" : grad.nonFinite > 0 ? "non-finite gradient" : "";
  return `${name ?? ""} ${op} ${kind} ${layer?.path ?? ""} ${layer?.type ?? ""} ${shapeText(shape)} ${state}`.toLowerCase();
}

function shapeText(shape: readonly number[]): string {
  return `${shape.join("×")} ${formatShape(shape)}`;
}
