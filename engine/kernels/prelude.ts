/** Functions that elementwise expressions may call besides Math's. Plain JavaScript text, compiled into each kernel that uses it. */

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
  geluSlope: `function geluSlope(x) {
    return 0.5 * (1 + erf(x * ${Math.SQRT1_2})) + x * ${1 / Math.sqrt(2 * Math.PI)} * Math.exp(-0.5 * x * x);
  }`,
  erf: `function erf(x) {
    const a = Math.abs(x);
    if (a !== a) return x;
    const scale = 1.1283791670955126 * Math.exp(-a * a);
    let value = 1;
    if (a < 2.5) {
      // Kummer's series, all terms positive: 2/√π e^(−a²) Σ 2ⁿ a^(2n+1) / (1 · 3 ⋯ (2n + 1))
      let term = a, sum = a;
      for (let n = 3; term > sum * 1e-17; n += 2) { term *= 2 * a * a / n; sum += term; }
      value = scale * sum;
    } else if (a < 6) {
      // Laplace's continued fraction of 1 − erf
      let tail = 0;
      for (let k = 60; k > 0; k--) tail = 0.5 * k / (a + tail);
      value = 1 - 0.5 * scale / (a + tail);
    }
    return x < 0 ? -value : value;
  }`,
};
