/** Makes the trace of a run: numbers its tensors, measures them, and writes down what names and gains are made of. */
import type { Node } from "../core/tape";
import { detached, type Tensor } from "../core/tensor";
import { nodeFlags } from "../report/names";
import { openTrace } from "../report/open-trace";
import { TRACE_VERSION, type Trace, type TraceHead } from "../report/trace";
import { optionalRow, TableBuilder } from "./columns";
import { diagnosing } from "./diagnosing";
import { writeGradients, writeHandedBack, writeMeasures } from "./measure-rows";
import { modulesOf, tensorsIn } from "./modules";
import { writeNameFacts } from "./name-facts";
import { type Numbered, numberTensors } from "./numbered";
import { OperationRows } from "./operation-rows";
import { writeProvenance } from "./provenance-rows";
import { finish, type Recorded, type Undiagnosed } from "./recorded";
import type { Run } from "./run";
import { shownGradient } from "./shown-gradient";
import { SiteRows } from "./site-rows";

/** The trace of a run, without its diagnosis. @throws nothing of the model's: it only reads what was recorded */
export function recordRun(run: Run): Undiagnosed {
  const modules = modulesOf(run);
  const numbered = numberTensors(run, tensorsIn(run, modules));
  const { tensors, ids } = numbered;
  const grads = tensors.map((x) => shownGradient(run, x));
  const builder = new TableBuilder();
  const sites = new SiteRows(run.sources, builder);
  const rowOf = (x: Tensor) => ids.get(x) ?? null;
  const calls = writeNameFacts(run, { builder, sites, modules, rowOf });
  writeNodes(numbered, builder, sites, calls);
  writeGradients(grads, builder);
  writeHandedBack(run, numbered, grads, builder);
  writeProvenance(run, numbered, builder, sites);
  const { list: texts } = builder.texts;
  const head = headOf(run, numbered, sites);
  const trace: Trace = { head, texts, shapes: builder.shapes.list, tables: builder.tables };
  const gradOf = (id: number) => grads[id] ?? null;
  const recorded = { trace, report: openTrace(trace), tensors, gradOf };
  return { ...recorded, diagnose: () => diagnosing(run, recorded, numbered) };
}

/** The trace of a run, findings included. @throws nothing of the model's */
export function recordTrace(run: Run): Recorded {
  return finish(recordRun(run).diagnose());
}

function writeNodes(
  numbered: Numbered,
  builder: TableBuilder,
  sites: SiteRows,
  calls: ReadonlyMap<object, number>,
): void {
  const { tensors, operations, ids } = numbered;
  const nodes = builder.columns("nodes");
  const { input } = builder.columns("edges");
  const rows = new OperationRows(builder);
  tensors.forEach((x, id) => {
    const node = operations[id] ?? null;
    const inputs = inputsOf(x, node, numbered);
    nodes.operation.push(optionalRow(rows.row(x, node, numbered)));
    nodes.flags.push(nodeFlags(x));
    nodes.dtype.push(builder.text(x.dtype));
    nodes.shape.push(builder.shapes.row(x.shape));
    nodes.site.push(optionalRow(sites.call(x.site)));
    nodes.call.push(optionalRow(node?.scope ? calls.get(node.scope) : null));
    nodes.inputs.push(inputs.length);
    for (const each of inputs) input.push(ids.get(each) ?? 0);
    writeMeasures(nodes, x, builder, id, 0);
  });
}

function headOf(run: Run, { ids, omitted }: Numbered, sites: SiteRows): TraceHead {
  const { loss, file, device, dtype, durationMs, failure, id = "", language = "typescript" } = run;
  const node = loss === null ? undefined : ids.get(loss);
  return {
    version: TRACE_VERSION,
    run: id,
    language,
    file,
    device,
    dtype,
    durationMs,
    loss:
      // What is no single number is no loss.
      loss === null || node === undefined || loss.size !== 1
        ? null
        : { value: loss.data[0] ?? Number.NaN, node, site: sites.call(loss.site) },
    omitted,
    failure,
    isUndiagnosed: true,
    findings: [],
    ignored: [],
    lookedFor: [],
    measures: [],
  };
}

/** A detached value counts as made of what it was detached from, when that is a node. */
function inputsOf(x: Tensor, node: Node | null, { ids }: Numbered): readonly Tensor[] {
  const origin = detached.get(x);
  const inputs = node?.inputs ?? (origin === undefined ? [] : [origin]);
  return inputs.filter((input) => ids.has(input));
}
