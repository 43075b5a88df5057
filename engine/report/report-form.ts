/** The forms of a report and of checks, for whoever gets them from a process or from a disk. */

import {
  count,
  type Form,
  flag,
  listOf,
  type Misfit,
  nullable,
  number,
  object,
  oneOf,
  oneOrOther,
  optional,
  path,
  place,
  recordOf,
  refine,
  text,
} from "./forms";
import type {
  Check,
  Culprit,
  Device,
  Failure,
  Finding,
  Fix,
  Histogram,
  RelatedSite,
  Report,
  ReportBinding,
  ReportNode,
  ReportParameter,
  ReportScope,
  Severity,
  Site,
  Stats,
  VerdictLook,
  WorstElement,
} from "./report";

export const site: Form<Site> = object<Site>({
  file: path,
  line: place,
  column: place,
  endLine: place,
  endColumn: place,
});

export const histogram: Form<Histogram> = object<Histogram>({
  low: number,
  high: number,
  counts: listOf(count, 10_000),
});

const stats: Form<Stats> = object<Stats>({
  size: count,
  min: number,
  max: number,
  mean: number,
  std: number,
  norm: number,
  zeros: count,
  nonFinite: count,
  item: optional(number),
});

const shape = listOf(count, 1000);

const node = object<ReportNode>({
  id: count,
  kind: oneOf({ operation: true, parameter: true, input: true, constant: true }),
  op: text,
  name: nullable(text),
  scope: count,
  inputs: listOf(count),
  shape,
  dtype: text,
  site: nullable(site),
  label: text,
  formula: text,
  role: text,
  requiresGrad: flag,
  value: stats,
  grad: nullable(stats),
  gain: nullable(number),
});

const scope = object<ReportScope>({
  path: text,
  type: text,
  parent: nullable(count),
  site: nullable(site),
  gradNorm: nullable(number),
  parameters: count,
});

const parameter = object<ReportParameter>({
  name: text,
  node: count,
  scope: count,
  shape,
  gradNorm: nullable(number),
});

const severity: Form<Severity> = oneOf<Severity>({ error: true, warning: true, info: true });

const fix = object<Fix>({
  title: text,
  detail: text,
  edit: optional(object<NonNullable<Fix["edit"]>>({ site, newText: text })),
});

export const finding: Form<Finding> = object<Finding>({
  rule: text,
  severity,
  headline: text,
  explanation: text,
  message: text,
  site: nullable(site),
  node: nullable(count),
  evidence: recordOf(oneOrOther(number, text)),
  related: listOf(object<RelatedSite>({ site, message: text })),
  fixes: listOf(fix),
});

export const failure: Form<Failure> = object<Failure>({
  kind: oneOf({
    model: true,
    syntax: true,
    timeout: true,
    memory: true,
    exit: true,
    crash: true,
    cancelled: true,
    internal: true,
  }),
  message: text,
  hint: nullable(text),
  site: nullable(site),
  stack: listOf(text, 10_000),
});

export const device: Form<Device> = object<Device>({
  requested: oneOf({ auto: true, cpu: true, gpu: true }),
  used: oneOf({ cpu: true, gpu: true }),
  reason: text,
});

const parts: Form<Report> = object<Report>({
  version: count,
  run: text,
  language: text,
  file: path,
  device,
  dtype: text,
  durationMs: number,
  loss: nullable(object<NonNullable<Report["loss"]>>({ value: number, node: count, site: nullable(site) })),
  nodes: listOf(node),
  parameters: listOf(parameter),
  findings: listOf(finding),
  scopes: listOf(scope),
  bindings: listOf(object<ReportBinding>({ name: text, site, nodes: listOf(count) })),
  omitted: count,
  failure: nullable(failure),
});

/** Ids lead to what is there, inputs and layers upwards only. */
function strayId({ nodes, scopes, parameters, bindings, findings, loss }: Report): Misfit | null {
  const stray = (at: string): Misfit => ({ at, expected: "the id of something in the report" });
  const isNode = (id: number) => id < nodes.length;
  for (const [i, each] of nodes.entries())
    if (each.id !== i || each.scope >= scopes.length || each.inputs.some((id) => id >= i))
      return stray(`.nodes[${i}]`);
  for (const [i, { parent }] of scopes.entries())
    if (parent !== null && parent >= i) return stray(`.scopes[${i}]`);
  for (const [i, each] of parameters.entries())
    if (!isNode(each.node) || each.scope >= scopes.length) return stray(`.parameters[${i}]`);
  for (const [i, each] of bindings.entries()) if (!each.nodes.every(isNode)) return stray(`.bindings[${i}]`);
  for (const [i, each] of findings.entries())
    if (each.node !== null && !isNode(each.node)) return stray(`.findings[${i}]`);
  return loss && !isNode(loss.node) ? stray(".loss") : null;
}

export const report: Form<Report> = refine(parts, strayId);

export const check: Form<Check> = object<Check>({
  target: text,
  parameter: text,
  site: nullable(site),
  verdict: oneOf({
    ok: true,
    "wrong-derivative": true,
    kink: true,
    cut: true,
    vacuous: true,
    "noise-floor": true,
    "non-deterministic": true,
    "non-finite": true,
    intended: true,
    "not-checked": true,
    unfinished: true,
  }),
  outcome: oneOf({ pass: true, fail: true, note: true }),
  complete: flag,
  rank: number,
  severity: nullable(severity),
  look: object<VerdictLook>({
    title: text,
    icon: text,
    tone: oneOf({ ok: true, error: true, warning: true, info: true }),
  }),
  message: text,
  elements: count,
  checked: count,
  method: oneOf({ "every-element": true, "random-directions": true }),
  worst: nullable(
    object<WorstElement>({
      index: shape,
      analytic: number,
      numeric: number,
      absError: number,
      relError: number,
    }),
  ),
  culprit: nullable(
    object<Culprit>({
      op: text,
      site: nullable(site),
      pattern: optional(
        oneOf({
          sign: true,
          factor: true,
          zero: true,
          transposed: true,
          swapped: true,
          shifted: true,
          flipped: true,
          shape: true,
          state: true,
          range: true,
          elements: true,
          unsteady: true,
          "not-linear": true,
          unknown: true,
        }),
      ),
    }),
  ),
  intents: listOf(site),
  step: number,
  durationMs: number,
});
