/** The error function and what is made of it, as text for kernels. */

/**
 * erf(x) / x as a polynomial in x² for |x| < 1, and exp(x²) (1 − erf(x)) as one in (x − 3) / (x + 3) for 1 ≤ x < 6:
 * Chebyshev interpolation, computed with 60 digits. Together they give erf with an absolute error below 3e-16.
 */
const inner = [
  1.1283791670955126, -0.37612638903183543, 0.11283791670945006, -0.02686617064323777, 0.0052239776071164225,
  -0.0008548325975389692, 0.00012055294904839707, -1.492473690741966e-5, 1.6447424703317362e-6,
  -1.6208483801871705e-7, 1.3720064546777686e-8, -7.795898827002142e-10,
];
const outer = [
  0.17900115118138923, -0.3262335600430453, 0.245603801712746, -0.15011593649899332, 0.07166583715916637,
  -0.024392499445713273, 0.004269137639708936, 0.0007077505681312548, -0.0005970811395660003,
  4.5188608658010266e-5, 6.417089032921638e-5, -1.2340282011259606e-5, -8.038912582338107e-6,
  5.299013187569616e-7,
];

/** The polynomial with these coefficients, lowest first, by Horner's rule. */
function horner(coefficients: readonly number[], variable: string): string {
  return coefficients.reduceRight((rest, c) => (rest === "" ? `${c}` : `${c} + ${variable} * (${rest})`), "");
}

/** erf of a ≥ 0 below 6, where e is exp(−a²). */
const erfOf = `function erfOf(a, e) {
  if (a < 1) {
    const s = a * a;
    return a * (${horner(inner, "s")});
  }
  const u = (a - 3) / (a + 3);
  return 1 - e * (${horner(outer, "u")});
}`;

const erf = `function erf(x) {
  const a = Math.abs(x);
  if (!(a < 6)) return a >= 6 ? Math.sign(x) : x;
  const value = erfOf(a, a < 1 ? 0 : Math.exp(-a * a));
  return x < 0 ? -value : value;
}`;

/** Slope of x Φ(x): Φ(x) + x φ(x). */
const geluSlope = `function geluSlope(x) {
  const a = Math.abs(x) * ${Math.SQRT1_2};
  if (!(a < 6)) return a >= 6 ? (x > 0 ? 1 : 0) : x;
  const e = Math.exp(-a * a);
  const value = erfOf(a, e);
  return 0.5 + (x < 0 ? -0.5 : 0.5) * value + x * e * ${1 / Math.sqrt(2 * Math.PI)};
}`;

export const erfFunctions: Readonly<Record<string, string>> = { erfOf, erf, geluSlope };
