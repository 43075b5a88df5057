// Matrix products by blocks that stay in registers: y is packed into panels of 8 (float32) or 4 (float64) columns.

/** Depth of one pass: a panel of this many rows stays in the first-level cache. */
const DEPTH: i32 = 256;

// @ts-ignore: decorator
@inline
function fma32(a: v128, b: v128, c: v128): v128 {
  return ASC_FEATURE_RELAXED_SIMD ? f32x4.relaxed_madd(a, b, c) : f32x4.add(c, f32x4.mul(a, b));
}

// @ts-ignore: decorator
@inline
function fma64(a: v128, b: v128, c: v128): v128 {
  return ASC_FEATURE_RELAXED_SIMD ? f64x2.relaxed_madd(a, b, c) : f64x2.add(c, f64x2.mul(a, b));
}

/** Four rows × 32 bytes of columns; strides in bytes. Adds to `out` when `add` is set. */
function block4f32(x: usize, xRow: usize, xStep: usize, y: usize, yStep: usize, out: usize, outRow: usize, k: i32, add: bool): void {
  let c00 = f32x4.splat(0), c01 = f32x4.splat(0);
  let c10 = f32x4.splat(0), c11 = f32x4.splat(0);
  let c20 = f32x4.splat(0), c21 = f32x4.splat(0);
  let c30 = f32x4.splat(0), c31 = f32x4.splat(0);
  if (add) {
    c00 = v128.load(out); c01 = v128.load(out, 16);
    c10 = v128.load(out + outRow); c11 = v128.load(out + outRow, 16);
    c20 = v128.load(out + (outRow << 1)); c21 = v128.load(out + (outRow << 1), 16);
    c30 = v128.load(out + outRow + (outRow << 1)); c31 = v128.load(out + outRow + (outRow << 1), 16);
  }
  const x1 = xRow, x2 = xRow + xRow, x3 = xRow + xRow + xRow;
  for (let l = 0; l < k; l++) {
    const b0 = v128.load(y), b1 = v128.load(y, 16);
    const a0 = v128.load32_splat(x);
    c00 = fma32(a0, b0, c00); c01 = fma32(a0, b1, c01);
    const a1 = v128.load32_splat(x + x1);
    c10 = fma32(a1, b0, c10); c11 = fma32(a1, b1, c11);
    const a2 = v128.load32_splat(x + x2);
    c20 = fma32(a2, b0, c20); c21 = fma32(a2, b1, c21);
    const a3 = v128.load32_splat(x + x3);
    c30 = fma32(a3, b0, c30); c31 = fma32(a3, b1, c31);
    x += xStep;
    y += yStep;
  }
  v128.store(out, c00); v128.store(out, c01, 16);
  v128.store(out + outRow, c10); v128.store(out + outRow, c11, 16);
  v128.store(out + (outRow << 1), c20); v128.store(out + (outRow << 1), c21, 16);
  v128.store(out + outRow + (outRow << 1), c30); v128.store(out + outRow + (outRow << 1), c31, 16);
}

/** Six rows, for runtimes with a fused multiply-add. */
function block6f32(x: usize, xRow: usize, xStep: usize, y: usize, yStep: usize, out: usize, outRow: usize, k: i32, add: bool): void {
  let c00 = f32x4.splat(0), c01 = f32x4.splat(0);
  let c10 = f32x4.splat(0), c11 = f32x4.splat(0);
  let c20 = f32x4.splat(0), c21 = f32x4.splat(0);
  let c30 = f32x4.splat(0), c31 = f32x4.splat(0);
  let c40 = f32x4.splat(0), c41 = f32x4.splat(0);
  let c50 = f32x4.splat(0), c51 = f32x4.splat(0);
  if (add) {
    let o = out;
    c00 = v128.load(o); c01 = v128.load(o, 16); o += outRow;
    c10 = v128.load(o); c11 = v128.load(o, 16); o += outRow;
    c20 = v128.load(o); c21 = v128.load(o, 16); o += outRow;
    c30 = v128.load(o); c31 = v128.load(o, 16); o += outRow;
    c40 = v128.load(o); c41 = v128.load(o, 16); o += outRow;
    c50 = v128.load(o); c51 = v128.load(o, 16);
  }
  let x3 = x + xRow + xRow + xRow;
  const x1 = xRow, x2 = xRow + xRow;
  for (let l = 0; l < k; l++) {
    const b0 = v128.load(y), b1 = v128.load(y, 16);
    const a0 = v128.load32_splat(x);
    c00 = fma32(a0, b0, c00); c01 = fma32(a0, b1, c01);
    const a1 = v128.load32_splat(x + x1);
    c10 = fma32(a1, b0, c10); c11 = fma32(a1, b1, c11);
    const a2 = v128.load32_splat(x + x2);
    c20 = fma32(a2, b0, c20); c21 = fma32(a2, b1, c21);
    const a3 = v128.load32_splat(x3);
    c30 = fma32(a3, b0, c30); c31 = fma32(a3, b1, c31);
    const a4 = v128.load32_splat(x3 + x1);
    c40 = fma32(a4, b0, c40); c41 = fma32(a4, b1, c41);
    const a5 = v128.load32_splat(x3 + x2);
    c50 = fma32(a5, b0, c50); c51 = fma32(a5, b1, c51);
    x += xStep;
    x3 += xStep;
    y += yStep;
  }
  let o = out;
  v128.store(o, c00); v128.store(o, c01, 16); o += outRow;
  v128.store(o, c10); v128.store(o, c11, 16); o += outRow;
  v128.store(o, c20); v128.store(o, c21, 16); o += outRow;
  v128.store(o, c30); v128.store(o, c31, 16); o += outRow;
  v128.store(o, c40); v128.store(o, c41, 16); o += outRow;
  v128.store(o, c50); v128.store(o, c51, 16);
}

/** One row, for what is left of the blocks. */
function block1f32(x: usize, xStep: usize, y: usize, yStep: usize, out: usize, k: i32, add: bool): void {
  let c0 = add ? v128.load(out) : f32x4.splat(0);
  let c1 = add ? v128.load(out, 16) : f32x4.splat(0);
  for (let l = 0; l < k; l++) {
    const a = v128.load32_splat(x);
    c0 = fma32(a, v128.load(y), c0);
    c1 = fma32(a, v128.load(y, 16), c1);
    x += xStep;
    y += yStep;
  }
  v128.store(out, c0);
  v128.store(out, c1, 16);
}

/** Four rows × 4 columns in float64. */
function block4f64(x: usize, xRow: usize, xStep: usize, y: usize, yStep: usize, out: usize, outRow: usize, k: i32, add: bool): void {
  let c00 = f64x2.splat(0), c01 = f64x2.splat(0);
  let c10 = f64x2.splat(0), c11 = f64x2.splat(0);
  let c20 = f64x2.splat(0), c21 = f64x2.splat(0);
  let c30 = f64x2.splat(0), c31 = f64x2.splat(0);
  if (add) {
    c00 = v128.load(out); c01 = v128.load(out, 16);
    c10 = v128.load(out + outRow); c11 = v128.load(out + outRow, 16);
    c20 = v128.load(out + (outRow << 1)); c21 = v128.load(out + (outRow << 1), 16);
    c30 = v128.load(out + outRow + (outRow << 1)); c31 = v128.load(out + outRow + (outRow << 1), 16);
  }
  const x1 = xRow, x2 = xRow + xRow, x3 = xRow + xRow + xRow;
  for (let l = 0; l < k; l++) {
    const b0 = v128.load(y), b1 = v128.load(y, 16);
    const a0 = v128.load64_splat(x);
    c00 = fma64(a0, b0, c00); c01 = fma64(a0, b1, c01);
    const a1 = v128.load64_splat(x + x1);
    c10 = fma64(a1, b0, c10); c11 = fma64(a1, b1, c11);
    const a2 = v128.load64_splat(x + x2);
    c20 = fma64(a2, b0, c20); c21 = fma64(a2, b1, c21);
    const a3 = v128.load64_splat(x + x3);
    c30 = fma64(a3, b0, c30); c31 = fma64(a3, b1, c31);
    x += xStep;
    y += yStep;
  }
  v128.store(out, c00); v128.store(out, c01, 16);
  v128.store(out + outRow, c10); v128.store(out + outRow, c11, 16);
  v128.store(out + (outRow << 1), c20); v128.store(out + (outRow << 1), c21, 16);
  v128.store(out + outRow + (outRow << 1), c30); v128.store(out + outRow + (outRow << 1), c31, 16);
}

function block1f64(x: usize, xStep: usize, y: usize, yStep: usize, out: usize, k: i32, add: bool): void {
  let c0 = add ? v128.load(out) : f64x2.splat(0);
  let c1 = add ? v128.load(out, 16) : f64x2.splat(0);
  for (let l = 0; l < k; l++) {
    const a = v128.load64_splat(x);
    c0 = fma64(a, v128.load(y), c0);
    c1 = fma64(a, v128.load(y, 16), c1);
    x += xStep;
    y += yStep;
  }
  v128.store(out, c0);
  v128.store(out, c1, 16);
}

// @ts-ignore: decorator
@inline
function rows<T>(x: usize, xRow: usize, xStep: usize, y: usize, yStep: usize, out: usize, outRow: usize, m: i32, k: i32, add: bool): void {
  let i = 0;
  if (sizeof<T>() == 4) {
    if (ASC_FEATURE_RELAXED_SIMD) {
      for (; i + 6 <= m; i += 6) {
        block6f32(x + <usize>i * xRow, xRow, xStep, y, yStep, out + <usize>i * outRow, outRow, k, add);
      }
    }
    for (; i + 4 <= m; i += 4) {
      block4f32(x + <usize>i * xRow, xRow, xStep, y, yStep, out + <usize>i * outRow, outRow, k, add);
    }
    for (; i < m; i++) block1f32(x + <usize>i * xRow, xStep, y, yStep, out + <usize>i * outRow, k, add);
  } else {
    for (; i + 4 <= m; i += 4) {
      block4f64(x + <usize>i * xRow, xRow, xStep, y, yStep, out + <usize>i * outRow, outRow, k, add);
    }
    for (; i < m; i++) block1f64(x + <usize>i * xRow, xStep, y, yStep, out + <usize>i * outRow, k, add);
  }
}

/** Copies `width` columns of k rows of y into a panel of full width, padded with zeros. */
// @ts-ignore: decorator
@inline
function pack<T>(y: usize, yStep: usize, yColumn: usize, panel: usize, k: i32, width: i32): void {
  const full: i32 = 32 / sizeof<T>();
  let l = 0;
  if (width == full && yColumn == sizeof<T>()) {
    for (; l < k; l++) {
      v128.store(panel, v128.load(y));
      v128.store(panel, v128.load(y, 16), 16);
      y += yStep;
      panel += 32;
    }
  } else if (sizeof<T>() == 4 && width == full && yStep == 4) {
    const right = yColumn << 2;
    for (; l + 4 <= k; l += 4) {
      transpose4(y, yColumn, panel);
      transpose4(y + right, yColumn, panel + 16);
      y += 16;
      panel += 128;
    }
  }
  for (; l < k; l++) {
    let from = y;
    for (let j = 0; j < full; j++) {
      store<T>(panel + <usize>j * sizeof<T>(), j < width ? load<T>(from) : <T>0);
      from += yColumn;
    }
    y += yStep;
    panel += 32;
  }
}

/** Four columns of float32 that lie along memory, as rows of a panel. */
// @ts-ignore: decorator
@inline
function transpose4(x: usize, step: usize, out: usize): void {
  const a = v128.load(x), b = v128.load(x + step);
  const c = v128.load(x + (step << 1)), d = v128.load(x + step + (step << 1));
  const ab = v128.shuffle<i32>(a, b, 0, 4, 1, 5), cd = v128.shuffle<i32>(c, d, 0, 4, 1, 5);
  const ef = v128.shuffle<i32>(a, b, 2, 6, 3, 7), gh = v128.shuffle<i32>(c, d, 2, 6, 3, 7);
  v128.store(out, v128.shuffle<i64>(ab, cd, 0, 2));
  v128.store(out, v128.shuffle<i64>(ab, cd, 1, 3), 32);
  v128.store(out, v128.shuffle<i64>(ef, gh, 0, 2), 64);
  v128.store(out, v128.shuffle<i64>(ef, gh, 1, 3), 96);
}

/** Rows of x that stay in the second-level cache while the panels of y pass by; divisible by both block heights. */
const BLOCK: i32 = 96;

/** Fewer rows than this do not repay packing y, when its columns lie side by side. */
const FEW: i32 = 16;

/**
 * out[m × n] = x · y with any strides (in bytes). `scratch` holds DEPTH rows of y in panels (DEPTH × 32 bytes for each
 * panel of columns that was begun) and, behind them, BLOCK × 32 bytes for columns that do not fill a panel.
 */
// @ts-ignore: decorator
@inline
function multiply<T>(x: usize, xRow: usize, xStep: usize, y: usize, yStep: usize, yColumn: usize, out: usize, outRow: usize, m: i32, k: i32, n: i32, scratch: usize): void {
  const full: i32 = 32 / sizeof<T>();
  const direct = yColumn == sizeof<T>() && m <= FEW;
  const edge = scratch + (<usize>((n + full - 1) / full) * (DEPTH << 5));
  for (let from = 0; from < max(k, 1); from += DEPTH) {
    const depth = min(DEPTH, k - from);
    const ys = y + <usize>from * yStep;
    for (let j = 0, p = scratch; j < n; j += full, p += DEPTH << 5) {
      if (!direct || n - j < full) pack<T>(ys + <usize>j * yColumn, yStep, yColumn, p, depth, min(full, n - j));
    }
    for (let i = 0; i < m; i += BLOCK) {
      const height = min(BLOCK, m - i);
      const xs = x + <usize>from * xStep + <usize>i * xRow;
      const block = out + <usize>i * outRow;
      for (let j = 0, p = scratch; j < n; j += full, p += DEPTH << 5) {
        const to = block + <usize>j * sizeof<T>();
        if (n - j < full) {
          rows<T>(xs, xRow, xStep, p, 32, edge, 32, height, depth, false);
          addEdge<T>(edge, to, outRow, height, n - j, from > 0);
        } else if (direct) {
          rows<T>(xs, xRow, xStep, ys + <usize>j * sizeof<T>(), yStep, to, outRow, height, depth, from > 0);
        } else {
          rows<T>(xs, xRow, xStep, p, 32, to, outRow, height, depth, from > 0);
        }
      }
    }
  }
}

// @ts-ignore: decorator
@inline
function addEdge<T>(edge: usize, out: usize, outRow: usize, height: i32, width: i32, add: bool): void {
  for (let i = 0; i < height; i++) {
    for (let c = 0; c < width; c++) {
      const at = out + <usize>i * outRow + <usize>c * sizeof<T>();
      const value = load<T>(edge + (<usize>i << 5) + <usize>c * sizeof<T>());
      store<T>(at, add ? load<T>(at) + value : value);
    }
  }
}

export function matmul_f32(x: usize, xRow: usize, xStep: usize, y: usize, yStep: usize, yColumn: usize, out: usize, outRow: usize, m: i32, k: i32, n: i32, scratch: usize): void {
  multiply<f32>(x, xRow, xStep, y, yStep, yColumn, out, outRow, m, k, n, scratch);
}

export function matmul_f64(x: usize, xRow: usize, xStep: usize, y: usize, yStep: usize, yColumn: usize, out: usize, outRow: usize, m: i32, k: i32, n: i32, scratch: usize): void {
  multiply<f64>(x, xRow, xStep, y, yStep, yColumn, out, outRow, m, k, n, scratch);
}
