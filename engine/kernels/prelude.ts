/** Functions that elementwise expressions may call besides Math's. Plain JavaScript text, compiled into each kernel that uses it. */

import { erfFunctions } from "./erf";

export const prelude: Readonly<Record<string, string>> = {
  sigmoid:
    "function sigmoid(x) { return x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x)); }",
  roundHalfToEven:
    "function roundHalfToEven(x) { const r = Math.round(x); return r - x === 0.5 && r % 2 !== 0 ? r - 1 : r; }",
  softplus: "function softplus(x) { return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))); }",
  siluSlope:
    "function siluSlope(x) { const s = 1 / (1 + Math.exp(-x)); return x < -700 ? 0 : s * (1 + x * (1 - s)); }",
  mishSlope: `function mishSlope(x) {
    const t = Math.tanh(Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))));
    return x < -700 ? 0 : t + x / (1 + Math.exp(-x)) * (1 - t * t);
  }`,
  geluTanhSlope: `function geluTanhSlope(x) {
    const t = Math.tanh(${Math.sqrt(2 / Math.PI)} * (x + 0.044715 * x * x * x));
    return 0.5 * (1 + t) + 0.5 * x * (1 - t * t) * ${Math.sqrt(2 / Math.PI)} * (1 + 0.134145 * x * x);
  }`,
  ...erfFunctions,
};
