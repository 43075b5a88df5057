/** Numbers, shapes and places as the panels write them: few digits, a real minus sign, thin spaces between thousands. */
import type { Site } from "../engine/report";

const minus = "\u2212";
const thinSpace = "\u202f";

/** `digits` significant digits without trailing zeros: "0.124", "−4", "3.2e-9", "12 345", "∞", "NaN". */
export function formatNumber(value: number, digits = 3): string {
  if (Number.isNaN(value)) return "NaN";
  const sign = value < 0 ? minus : "";
  const size = Math.abs(value);
  if (size === Number.POSITIVE_INFINITY) return `${sign}∞`;
  if (size === 0) return "0";
  if (Number.isInteger(size) && size < 1e6) return sign + groupThousands(String(size));
  const isPlain = size >= 1e-3 && size < 1e5;
  return sign + (isPlain ? formatPlain(size, digits) : formatScientific(size, digits));
}

function formatPlain(size: number, digits: number): string {
  const rounded = Number(size.toPrecision(digits));
  const [whole = "", fraction] = String(rounded).split(".");
  return groupThousands(whole) + (fraction === undefined ? "" : `.${fraction}`);
}

/** 0.0000000032 as "3.2e-9". */
function formatScientific(size: number, digits: number): string {
  const [mantissa = "", exponent = "0"] = size.toExponential(digits - 1).split("e");
  return `${Number(mantissa)}e${Number(exponent)}`;
}

function groupThousands(digits: string): string {
  return digits.length < 5 ? digits : digits.replace(/\B(?=(\d{3})+$)/g, thinSpace);
}

/** Two numbers with as many digits as it takes to see that they differ. */
export function formatPair(a: number, b: number, digits = 3): [string, string] {
  for (let more = digits; more < 17; more++) {
    const pair: [string, string] = [formatNumber(a, more), formatNumber(b, more)];
    if (pair[0] !== pair[1] || a === b) return pair;
  }
  return [String(a), String(b)];
}

/** A whole number with thin spaces: "12 345 678". */
export function formatCount(count: number): string {
  return groupThousands(String(Math.round(count)));
}

/** "64 × 32"; "scalar" for a tensor without dimensions. */
export function formatShape(shape: readonly number[]): string {
  return shape.length === 0 ? "scalar" : shape.join("×");
}

/** "[3, 4]" */
export function formatIndex(index: readonly number[]): string {
  return `[${index.join(", ")}]`;
}

/** The N-dimensional index of element `flat` of a tensor in row-major order. */
export function unravel(flat: number, shape: readonly number[]): number[] {
  const index: number[] = [];
  let rest = flat;
  for (const size of shape.toReversed()) {
    index.unshift(rest % size);
    rest = Math.floor(rest / size);
  }
  return index;
}

/** "digits-mlp.ts:12" */
export function formatSite(site: Site): string {
  return `${baseName(site.file)}:${site.line}`;
}

export function baseName(path: string): string {
  return path.split(/[\\/]/).at(-1) ?? path;
}

/** "18 ms", "2.4 s" */
export function formatDuration(milliseconds: number): string {
  return milliseconds < 1000 ? `${Math.round(milliseconds)} ms` : `${(milliseconds / 1000).toFixed(1)} s`;
}

/** "kink" as "Kink" */
export function capitalize(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** "1 parameter", "12 parameters" */
export function plural(count: number, noun: string): string {
  return `${formatCount(count)} ${noun}${count === 1 ? "" : "s"}`;
}
