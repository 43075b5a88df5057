/** The forms of what is asked by panels, and of what is answered: nothing of another form reaches anybody. */
import {
  bytes,
  count,
  type Form,
  flag,
  floats,
  listOf,
  nullable,
  number,
  object,
  oneOf,
  text,
} from "./forms";
import {
  type Fate,
  type FormatRange,
  type LayerPrecision,
  type LossScale,
  type ParameterPrecision,
  type PrecisionCounts,
  type PrecisionReport,
  precisions,
} from "./precision";
import type {
  CheckCurve,
  CheckCurveParams,
  CheckDetails,
  CheckDetailsParams,
  Checked,
  CheckedRow,
  Elements,
  Failed,
  Histograms,
  HistogramsParams,
  NodeHistograms,
  PrecisionParams,
  SavedBytes,
  TraceAnswer,
  ValuesParams,
} from "./questions";
import type { Diagnosis } from "./report";
import { check, diagnosisFields, failure, finding, histogram } from "./report-form";

const shape = listOf(count, 1000);
const row = { target: text, parameter: text, nth: count } satisfies FieldsOf<CheckedRow>;
const range = { start: count, count };

type FieldsOf<T> = { readonly [K in keyof T]-?: Form<T[K]> };

export const failed: Form<Failed> = object<Failed>({ failure });
export const traced: Form<TraceAnswer> = object<TraceAnswer>({ trace: bytes });
export const diagnosed: Form<Diagnosis> = object<Diagnosis>(diagnosisFields);
export const checked: Form<Checked> = object<Checked>({ checks: listOf(check), findings: listOf(finding) });
export const details: Form<CheckDetails> = object<CheckDetails>({ analytic: floats, numeric: floats, shape });
export const curve: Form<CheckCurve> = object<CheckCurve>({
  steps: floats,
  numeric: floats,
  analytic: number,
  chosen: number,
});
export const elements: Form<Elements> = object<Elements>({ values: floats, shape });
export const saved: Form<SavedBytes> = object<SavedBytes>({ bytes });

export const detailsParams: Form<CheckDetailsParams> = object<CheckDetailsParams>({ ...row, ...range });
export const curveParams: Form<CheckCurveParams> = object<CheckCurveParams>({ ...row, index: count });
export const valuesParams: Form<ValuesParams> = object<ValuesParams>({
  node: count,
  of: oneOf({ value: true, grad: true }),
  ...range,
});

export const histogramsParams: Form<HistogramsParams> = object<HistogramsParams>(range);
export const histograms: Form<Histograms> = object<Histograms>({
  nodes: listOf(object<NodeHistograms>({ value: nullable(histogram), grad: nullable(histogram) })),
});

const fate = { lost: count, subnormal: count, overflowed: count };
const counts = {
  ...fate,
  elements: count,
  nonZero: count,
  nonFinite: count,
  scaled: object<Fate>(fate),
  low: number,
  counts: listOf(count),
};
export const precisionParams: Form<PrecisionParams> = object<PrecisionParams>({
  precision: oneOf(precisions),
});
export const precisionReport: Form<PrecisionReport> = object<PrecisionReport>({
  precision: oneOf(precisions),
  range: nullable(object<FormatRange>({ smallest: number, normal: number, largest: number })),
  saturates: flag,
  layers: listOf(object<LayerPrecision>({ layer: text, ...counts })),
  parameters: listOf(object<ParameterPrecision>({ name: text, node: count, ...counts })),
  all: object<PrecisionCounts>(counts),
  lossScale: nullable(object<LossScale>({ scale: number, saved: number })),
  unread: count,
});
