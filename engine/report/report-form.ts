/** The forms of findings, failures and checks, for whoever gets them from a process or from a disk. */

import {
  count,
  type Form,
  flag,
  listOf,
  nullable,
  number,
  object,
  oneOf,
  oneOrOther,
  optional,
  path,
  place,
  recordOf,
  text,
} from "./forms";
import type {
  Check,
  Culprit,
  Device,
  Edit,
  Failure,
  Finding,
  Fix,
  Histogram,
  Ignored,
  RelatedSite,
  RuleMeasure,
  RulePage,
  Severity,
  Site,
  VerdictLook,
  WorstElement,
} from "./report";
import { verdicts } from "./verdicts";

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

const shape = listOf(count, 1000);

const severity: Form<Severity> = oneOf<Severity>({ error: true, warning: true, info: true });

const fix = object<Fix>({
  title: text,
  detail: text,
  edits: optional(listOf(object<Edit>({ site, newText: text }))),
});

export const finding: Form<Finding> = object<Finding>({
  rule: text,
  title: optional(text),
  page: optional(object<RulePage>({ meaning: text, harm: text, cure: text, source: text })),
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

/** Of what the diagnosis says, wherever it stands. */
export const diagnosisFields = {
  findings: listOf(finding),
  ignored: optional(listOf(object<Ignored>({ finding, comment: site }))),
  lookedFor: optional(listOf(text, 1000)),
  measures: listOf(object<RuleMeasure>({ rule: text, label: text, value: number })),
};

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

export const check: Form<Check> = object<Check>({
  target: text,
  parameter: text,
  site: nullable(site),
  verdict: oneOf(verdicts),
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
