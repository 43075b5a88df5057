/** Functions that elementwise expressions may call besides Math's. Plain JavaScript text, compiled into each kernel that uses it. */

export const prelude: Readonly<Record<string, string>> = {
  sigmoid:
    "function sigmoid(x) { return x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x)); }",
};
