/** The questions about values that a saved trace answers by itself, as the engine of its run answered them. */
import type { HistogramsParams, ValuesParams } from "./questions";
import type { Failure } from "./report";
import type { Answered } from "./requests";
import type { SavedTrace } from "./saved-trace";
import { histogramOf } from "./stats";

export function savedValues(
  { report, elements }: SavedTrace,
  { node, of, start, count }: ValuesParams,
): Answered<"values"> {
  const found = elements(node, of);
  const shape = report.nodes[node]?.shape ?? [];
  return found
    ? { values: Float64Array.from(found.subarray(start, start + count)), shape }
    : { failure: notSaved() };
}

export function savedHistograms(
  { report, elements }: SavedTrace,
  { start, count }: HistogramsParams,
): Answered<"histograms"> {
  const nodes = report.nodes.slice(start, start + count).map(({ id }) => {
    const [value, grad] = [elements(id, "value"), elements(id, "grad")];
    return { value: value && histogramOf(value), grad: grad && histogramOf(grad) };
  });
  return { nodes };
}

function notSaved(): Failure {
  const message = "Its elements are not in the saved trace";
  return { kind: "model", message, hint: null, site: null, stack: [] };
}
