/** A comparison as JSON that needs no report beside it: nodes with their names, operations and lines. */
import { showChange } from "../report/compare";
import type { ComparedNorms, NodePair, RunComparison } from "../report/comparison";
import type { Report, ReportNode } from "../report/report";
import { isSavedPath } from "./argument-values";
import type { RunChoice } from "./compare-arguments";

/** Grows when a field changes its meaning or goes away. */
const VERSION = 1;

/** A comparison, and the reports that it is of. */
export interface ComparedReports {
  readonly comparison: RunComparison;
  readonly a: Report;
  readonly b: Report;
  /** Sentences for whoever reads it. */
  readonly notes: readonly string[];
}

export function comparisonJson(
  { comparison, a, b, notes }: ComparedReports,
  [runA, runB]: readonly [RunChoice, RunChoice],
) {
  const { pairs, onlyA, onlyB, parameters, layers, findings, factor, isIdentical } = comparison;
  const [inA, inB] = [[...a.nodes].map(factsOf), [...b.nodes].map(factsOf)];
  const rows = ({ gradient, ...row }: { readonly gradient: ComparedNorms }) => ({
    ...row,
    gradient: withText(gradient),
  });
  return {
    version: VERSION,
    a: { ...comparison.a, seed: seedOf(runA) },
    b: { ...comparison.b, seed: seedOf(runB) },
    factor,
    isIdentical,
    notes,
    parameters: parameters.map(rows),
    layers: layers.map(rows),
    nodes: [
      ...pairs.map((pair) => ({ ...pairFacts(pair), a: inA[pair.a], b: inB[pair.b] })),
      ...onlyA.map((id) => ({ a: inA[id], b: null })),
      ...onlyB.map((id) => ({ a: null, b: inB[id] })),
    ],
    findings,
  };
}

/** Null where nothing ran: a saved trace does not say. */
function seedOf({ file, seed }: RunChoice): number | null {
  return isSavedPath(file) ? null : seed;
}

function pairFacts({ changes, value, gradient, gain }: NodePair) {
  return { changes, value, gradient: withText(gradient), gain };
}

function withText(gradient: ComparedNorms) {
  return { ...gradient, text: showChange(gradient) };
}

function factsOf({ id, kind, op, name, shape, dtype, site }: ReportNode) {
  return { id, kind, op, name, shape, dtype, file: site?.file ?? null, line: site?.line ?? null };
}
