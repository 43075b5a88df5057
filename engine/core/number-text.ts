/**
 * How numbers read wherever Gradlens writes one for a person: messages, the terminal, lenses, hovers and panels. Thousands
 * are separated by commas. `show…` writes a plain minus sign, for text that may be copied into a program; `format…` writes a
 * real one, for the editor and its panels. What a program reads (CSV, JSON) is no business of this file.
 */

/** From here on numbers that are no counts are written with a power of ten: 1.235e6. */
const large = 1e6;
const small = 1e-3;

/**
 * `digits` significant digits, or as many as the whole part has, without trailing zeros: "0.1235", "-4", "12,345", "3.2e-9",
 * "∞", "NaN". "0" stands for an exact zero of either sign only.
 */
export function showNumber(value: number, digits = 4): string {
  if (Number.isNaN(value)) return "NaN";
  if (value === 0) return "0";
  const sign = value < 0 ? "-" : "";
  const size = Math.abs(value);
  if (size === Number.POSITIVE_INFINITY) return `${sign}∞`;
  if (Number.isInteger(size) && size < large) return sign + group(String(size));
  return sign + (size >= small && size < large ? showPlain(size, digits) : showPower(size, digits));
}

/** Rounding never makes a zero of a digit before the point: 12345.6 is "12,346", not "12,350". */
function showPlain(size: number, digits: number): string {
  const before = String(Math.trunc(size)).length;
  const [whole = "", fraction] = String(Number(size.toPrecision(Math.max(digits, before)))).split(".");
  return group(whole) + (fraction === undefined ? "" : `.${fraction}`);
}

/** 0.0000000032 as "3.2e-9". */
function showPower(size: number, digits: number): string {
  const [mantissa = "", exponent = "0"] = size.toExponential(digits - 1).split("e");
  return `${Number(mantissa)}e${Number(exponent)}`;
}

function group(digits: string): string {
  return digits.replace(/\B(?=(\d{3})+$)/g, ",");
}

/** Two numbers with as many digits as it takes to see that they differ; alike only when they are the same. */
export function showPair(a: number, b: number, digits = 4): [string, string] {
  for (let more = digits; more < 17; more++) {
    const pair: [string, string] = [showNumber(a, more), showNumber(b, more)];
    if (pair[0] !== pair[1] || a === b) return pair;
  }
  return [String(a), String(b)];
}

/** A whole number in full: "1,234,567". */
export function showCount(count: number): string {
  return group(String(Math.round(count)));
}

/** "1 element", "9,408 elements" */
export function showTimes(count: number, noun: string): string {
  return `${showCount(count)} ${noun}${count === 1 ? "" : "s"}`;
}

/** "2×3×4"; "scalar" for a tensor without dimensions. */
export function formatShape(shape: readonly number[]): string {
  return shape.length === 0 ? "scalar" : shape.join("×");
}

/** "18 ms", "2.4 s" */
export function showDuration(milliseconds: number): string {
  return milliseconds < 1000 ? `${Math.round(milliseconds)} ms` : `${(milliseconds / 1000).toFixed(1)} s`;
}

/** A part of a whole, from 0 to 1: "43 %" */
export function showPercent(fraction: number): string {
  return `${Math.round(100 * fraction)} %`;
}

/** As `showNumber`, with a real minus sign. */
export function formatNumber(value: number, digits = 4): string {
  return typeset(showNumber(value, digits));
}

/** As `showPair`, with real minus signs. */
export function formatPair(a: number, b: number, digits = 4): [string, string] {
  const [first, second] = showPair(a, b, digits);
  return [typeset(first), typeset(second)];
}

function typeset(text: string): string {
  return text.replace(/^-/, "\u2212");
}
