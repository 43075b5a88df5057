/** The error function of a number, and its inverse. */
import { scalarFunction } from "../kernels/js";

const erf = { name: "erf", expr: "erf(x)" };
const none: readonly number[] = [];

export function erfOf(x: number): number {
  // Compiled when it is first called: most models never do.
  return scalarFunction(erf)(x, 0, 0, none);
}

/**
 * The value whose error function is y, from −1 to 1 (at the ends ±∞). M. Giles, Approximating the erfinv function (2012), with
 * a step of Newton's method behind it.
 */
export function inverseErf(y: number): number {
  if (Math.abs(y) >= 1) return y === 0 ? 0 : y * Infinity;
  const w = -Math.log((1 - y) * (1 + y));
  const [coefficients, t] = w < 5 ? [central, w - 2.5] : [tails, Math.sqrt(w) - 3];
  const guess = y * coefficients.reduce((sum, c) => sum * t + c, 0);
  const slope = (2 / Math.sqrt(Math.PI)) * Math.exp(-guess * guess);
  return slope === 0 ? guess : guess - (erfOf(guess) - y) / slope;
}

const central = [
  2.81022636e-8, 3.43273939e-7, -3.5233877e-6, -4.39150654e-6, 0.00021858087, -0.00125372503, -0.00417768164,
  0.246640727, 1.50140941,
];

const tails = [
  -0.000200214257, 0.000100950558, 0.00134934322, -0.00367342844, 0.00573950773, -0.0076224613, 0.00943887047,
  1.00167406, 2.83297682,
];
