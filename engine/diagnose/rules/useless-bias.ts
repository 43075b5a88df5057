/** A bias directly before a normalisation that takes the mean off again. */
import { showTimes } from "../../core/number-text";
import { lazily } from "../lazily";
import { type LinearMap, linearMapsOf } from "../measures/linear-maps";
import { behindViews, operationsOf } from "../measures/operations";
import { parameterHolder } from "../measures/parameter-holders";
import { carriesGradient } from "../measures/wires";

import { beside, defineRule, type Offered, type Trouble } from "../rule";
import { said } from "../said";
import type { Traced } from "../traced";

/** Normalisations by statistics of each channel. In evaluation mode batch norm is another operation. */
const norms: ReadonlySet<string> = new Set(["batchNorm", "instanceNorm"]);

interface Useless {
  readonly map: LinearMap;
  readonly bias: number;
  readonly norm: string;
}

export const uselessBias = defineRule({
  id: "useless-bias",
  title: "Bias without effect",
  severity: "info",
  page: {
    meaning:
      "Batch norm and instance norm take the mean of each channel away. A bias adds the same number to a whole channel, so the layer behind it takes it off again.",
    harm: "No output changes and the gradient of the bias is 0 but for rounding: it costs memory and steps of the optimiser, and weight decay still moves it.",
    cure: "Leave it out with { bias: false }. The normalisation has a bias of its own.",
    source: "Ioffe and Szegedy, Batch Normalization (2015), section 3.2; NeuraLint reports it, too.",
  },
  thresholds: {
    share: {
      value: 1e-3,
      text: "gradient of the bias over the gradient of what it is added to, both as norms; more than rounding means that it has an effect",
    },
  },
  find(traced, limits) {
    const found = uselessOf(traced).filter(({ map, bias }) => {
      const [own, whole] = [bias, map.output].map((node) => traced.nodes[node]?.grad?.norm ?? 0) as [
        number,
        number,
      ];
      return own <= limits.share * whole;
    });
    return found.length === 0 ? [] : [report(traced, found)];
  },
  measure: (traced) => ({ label: "biases before a normalisation", value: uselessOf(traced).length }),
});

/** Each bias once. */
const uselessOf = lazily((traced): readonly Useless[] => {
  const operations = operationsOf(traced);
  const maps = linearMapsOf(traced);
  const carries = carriesGradient(traced);
  const found = new Map<number, Useless>();
  for (let node = 0; node < carries.length; node++) {
    const norm = operations.op(node);
    if (carries[node] === 0 || !norms.has(norm)) continue;
    const map = maps.of(behindViews(operations, operations.inputs(node)[0] ?? -1));
    if (map === null || map.bias === null || operations.users(map.output).length > 1) continue;
    // The same bias may be used elsewhere, where it has an effect.
    if (operations.users(map.bias).length === 1) found.set(map.bias, { map, bias: map.bias, norm });
  }
  return [...found.values()];
});

function report(traced: Traced, found: readonly Useless[]): Trouble {
  const [{ map, bias, norm }, ...others] = found as [Useless, ...Useless[]];
  const { name, site } = parameterHolder(traced, bias);
  const more = others.length === 0 ? "" : ` The same holds for ${showTimes(others.length, "other layer")}.`;
  const size = found.reduce((sum, each) => sum + (traced.nodes[each.bias]?.value.size ?? 0), 0);
  return {
    ...said(
      `The bias of ${name} has no effect: ${norm} behind it takes the mean of each channel off.`,
      `Its gradient is 0 but for rounding.${more} That makes ${showTimes(size, "parameter")} that nothing depends on.`,
    ),
    site: site ?? traced.nodes[map.node]?.site ?? null,
    node: map.node,
    evidence: { layer: name, norm, biases: found.length, parameters: size },
    related: others.flatMap((each) => {
      const other = parameterHolder(traced, each.bias);
      return beside(other.site, `The bias of ${other.name} has no effect either`);
    }),
    fixes: [fixOf(traced, found)],
  };
}

function fixOf(traced: Traced, found: readonly Useless[]): Offered {
  const { nodes, scopes } = traced;
  const sites = found.flatMap(({ bias }) => scopes[nodes[bias]?.scope ?? 0]?.site ?? []);
  const offered = {
    title: "Leave the bias out",
    detail: "{ bias: false } behind the sizes: the normalisation has a bias of its own.",
  };
  if (sites.length < found.length) return offered;
  // Layers made in a loop share a place.
  const places = new Map(sites.map((site) => [`${site.file}:${site.line}:${site.column}`, site]));
  const remedies = [...places.values()].map(
    (call) => ({ change: "option", call, name: "bias", value: "false" }) as const,
  );
  return { ...offered, remedies };
}
