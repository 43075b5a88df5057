/** The questions about values that a saved trace answers by itself, as the engine of its run answered them. */
import type { HistogramsParams, ValuesParams } from "./questions";
import type { Answered } from "./requests";
import type { SavedTrace } from "./saved-trace";
import { histogramOf } from "./stats";

export function savedAnswers({ report, elements }: SavedTrace) {
  return {
    values({ node, of, start, count }: ValuesParams): Answered<"values"> {
      const found = elements(node, of);
      const shape = report.nodes[node]?.shape ?? [];
      if (found) return { values: Float64Array.from(found.subarray(start, start + count)), shape };
      const message = "Its elements were left out of the saved trace, for their size";
      return { failure: { kind: "model", message, hint: null, site: null, stack: [] } };
    },
    histograms({ start, count }: HistogramsParams): Answered<"histograms"> {
      const nodes = report.nodes.slice(start, start + count).map(({ id }) => {
        const [value, grad] = [elements(id, "value"), elements(id, "grad")];
        return { value: value && histogramOf(value), grad: grad && histogramOf(grad) };
      });
      return { nodes };
    },
  };
}
