/** Makes the report of a run: numbers its tensors, names them, measures them, and lets the diagnosis look at them. */

import type { Node } from "../core/tape";
import { detached, type Tensor } from "../core/tensor";
import { diagnose } from "../diagnose";
import { REPORT_VERSION, type Report, type ReportNode } from "../report/report";
import { statsOf } from "../report/stats";
import { bindingsOf } from "./bindings";
import { gainsOf } from "./gain";
import { type Field, nameModules, nameTensors } from "./names";
import { type Numbered, numberTensors } from "./numbered";
import type { Run, Traced } from "./run";
import { type RunScopes, scopesOf, type Weight } from "./scopes";
import { shownGradient } from "./shown-gradient";

export type { Run, SourceName, Sources } from "./run";

export interface Built {
  readonly report: Report;
  /** Tensors by node id: what answers later questions about values. */
  readonly tensors: readonly Tensor[];
  gradOf(id: number): Tensor | null;
}

/** The report of a run, findings included. @throws nothing of the model's: it only reads what was recorded */
export function buildReport(run: Run): Built {
  const modules = nameModules(run);
  const { fields, nameOf } = nameTensors(run, modules);
  const numbered = numberTensors(run, fields);
  const { tensors, operations, ids, omitted } = numbered;
  const scopes = scopesOf(run, modules, fields, weightsOf(numbered, nameOf));
  const nodes = describeNodes(run, numbered, fields, nameOf, scopes);
  const gradOf = (id: number) => shownGradient(run, tensors[id] as Tensor);
  const traced: Traced = {
    run,
    nodes,
    tensors,
    operations,
    scopes: scopes.scopes,
    parameters: scopes.parameters,
    idOf: (x) => ids.get(x) ?? null,
    gradOf,
  };
  const { loss, file, device, dtype, durationMs, failure } = run;
  const lossNode = loss === null ? undefined : ids.get(loss);
  const report: Report = {
    version: REPORT_VERSION,
    file,
    device,
    dtype,
    durationMs,
    loss:
      // What is no single number is no loss.
      loss === null || lossNode === undefined || loss.size !== 1
        ? null
        : { value: loss.data[0] ?? Number.NaN, node: lossNode, site: run.sources.site(loss.site) },
    nodes,
    parameters: scopes.parameters,
    findings: diagnose(traced),
    scopes: scopes.scopes,
    bindings: bindingsOf(run, ids),
    omitted,
    failure,
  };
  return { report, tensors, gradOf };
}

type NameOf = (x: Tensor) => string | null;

function weightsOf({ tensors, operations }: Numbered, nameOf: NameOf): Weight[] {
  return tensors.flatMap((tensor, node) =>
    // The result of an operation that the report leaves out is no weight.
    operations[node] === null && tensor.requiresGrad && tensor.isLeaf
      ? [{ tensor, node, name: nameOf(tensor) ?? `parameter ${node}` }]
      : [],
  );
}

function describeNodes(
  run: Run,
  { tensors, operations, ids }: Numbered,
  fields: ReadonlyMap<Tensor, Field>,
  nameOf: NameOf,
  scopes: RunScopes,
): ReportNode[] {
  const gain = gainsOf(run);
  return tensors.map((x, id): ReportNode => {
    const operation = operations[id] ?? null;
    const g = shownGradient(run, x);
    const origin = detached.get(x);
    const about =
      operation !== null
        ? operationFacts(operation)
        : origin !== undefined && ids.has(origin)
          ? { ...detachFacts, inputs: [origin] }
          : { ...leafFacts(x, nameOf(x) !== null, fields.has(x)), inputs: [] };
    return {
      id,
      ...about,
      name: nameOf(x),
      scope: scopes.indexOf(operation?.scope?.module ?? fields.get(x)?.owner),
      inputs: about.inputs.flatMap((input) => ids.get(input) ?? []),
      shape: x.shape,
      dtype: x.dtype,
      site: run.sources.site(x.site),
      requiresGrad: x.requiresGrad,
      value: statsOf(x),
      grad: g === null ? null : statsOf(g),
      gain: operation === null ? null : gain(operation),
    };
  });
}

function operationFacts({ op, inputs }: Node) {
  const { name, label, formula, role } = op;
  return { kind: "operation" as const, op: name, label, formula, role, inputs };
}

const detachFacts = {
  kind: "operation" as const,
  op: "detach",
  label: "detach x",
  formula: "\\bar{x} = 0",
  role: "stops",
};

/** What a leaf is: weights take gradients; data has a name or more than one element; the rest are numbers in the text. */
function leafFacts(x: Tensor, named: boolean, inModule: boolean) {
  const kind =
    x.requiresGrad && x.isLeaf ? "parameter" : !inModule && (named || x.size > 1) ? "input" : "constant";
  return { kind: kind as "parameter" | "input" | "constant", op: kind, label: "", formula: "", role: "" };
}
