/** What division leaves over, element by element. */
import type { Tensor } from "../core/tensor";
import { div, mul, neg, sub } from "./arithmetic";
import { type Binary, binary, type Unary, unary } from "./elementwise";
import { round } from "./rounding";

/** How often y was taken away from x; from the result, because x / y may be rounded up to a whole number. */
const quotient = ({ x, y, out }: { x: Tensor; y: Tensor; out: Tensor }): Tensor => round(div(sub(x, out), y));

/** x − ⌊x / y⌋ y: it has the sign of y, as Python's %. */
export const remainder: Binary = binary({
  name: "remainder",
  kernel: { expr: "x % y !== 0 && y < 0 !== x % y < 0 ? (x % y) + y : x % y", gpu: null },
  label: "x mod y",
  role: "scales",
  formula: "\\bar{x} = \\bar{o}, \\quad \\bar{y} = -\\bar{o} \\lfloor x / y \\rfloor",
  derivatives: [(g) => g, (g, at) => neg(mul(g, quotient(at)))],
  samples: (r) => [
    [r.uniform([2, 3], 4.1, 4.9), r.uniform([2, 3], 2.5, 3.5)],
    [r.uniform([2, 1], -4.9, -4.1), r.uniform([3], 2.5, 3.5)],
  ],
  instead: "logicalXor tells where they differ",
});

/** x − trunc(x / y) y: it has the sign of x, as C's fmod. */
export const fmod: Binary = binary({
  name: "fmod",
  kernel: { expr: "x % y", gpu: null },
  label: "x mod y",
  role: "scales",
  formula: "\\bar{x} = \\bar{o}, \\quad \\bar{y} = -\\bar{o} \\, \\mathrm{trunc}(x / y)",
  derivatives: [(g) => g, (g, at) => neg(mul(g, quotient(at)))],
  samples: (r) => [
    [r.uniform([2, 3], 4.1, 4.9), r.uniform([2, 3], 2.5, 3.5)],
    [r.uniform([2, 1], -4.9, -4.1), r.uniform([3], 2.5, 3.5)],
  ],
  instead: "logicalXor tells where they differ",
});

/** x − trunc(x): what stands behind the point, with the sign of x. */
export const frac: Unary = unary({
  name: "frac",
  kernel: { expr: "x - Math.trunc(x)", gpu: null },
  label: "x − trunc x",
  role: "moves",
  formula: "\\bar{x} = \\bar{o}",
  derivative: (g) => g,
  samples: (r) => [[r.uniform([2, 3], 1.1, 1.9)]],
});
