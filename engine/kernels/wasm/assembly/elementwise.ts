// Elementwise functions over float32, four lanes at a time, in rows of n elements. Steps and rows are counted in elements; a step of 0 repeats.

const ADD: i32 = 0, SUB: i32 = 1, MUL: i32 = 2, DIV: i32 = 3, SQUARED_DIFFERENCE: i32 = 4, GATE: i32 = 5, TANH_SLOPE: i32 = 6, SIGMOID_SLOPE: i32 = 7, SQUARE_SLOPE: i32 = 8;
const NEG: i32 = 0, ABS: i32 = 1, SQUARE: i32 = 2, SQRT: i32 = 3, RELU: i32 = 4, EXP: i32 = 5, SIGMOID: i32 = 6, TANH: i32 = 7, RECIPROCAL: i32 = 8;

// @ts-ignore: decorator
@inline
function fma(a: v128, b: v128, c: v128): v128 {
  return ASC_FEATURE_RELAXED_SIMD ? f32x4.relaxed_madd(a, b, c) : f32x4.add(c, f32x4.mul(a, b));
}

// @ts-ignore: decorator
@inline
function power2(n: v128): v128 {
  return i32x4.shl(i32x4.add(n, i32x4.splat(127)), 23);
}

/** Adding this rounds a float32 of modest size to an integer, which then stands in the lowest bits. */
const ROUNDING: f32 = 12582912;

/**
 * exp by Cephes' expf (S. Moshier): 2^n times a polynomial on [−ln 2 / 2, ln 2 / 2]; the scale is split so that results
 * may be subnormal. The pseudo-minima keep NaN, which is their first operand.
 */
function exp4(x: v128): v128 {
  x = f32x4.pmax(f32x4.pmin(x, f32x4.splat(89)), f32x4.splat(-104.5));
  const magic = f32x4.splat(ROUNDING);
  const t = f32x4.add(f32x4.mul(x, f32x4.splat(1.44269504088896341)), magic);
  const n = f32x4.sub(t, magic);
  let r = f32x4.sub(x, f32x4.mul(n, f32x4.splat(0.693359375)));
  r = f32x4.sub(r, f32x4.mul(n, f32x4.splat(-2.12194440e-4)));
  let p = f32x4.splat(1.9875691500e-4);
  p = fma(p, r, f32x4.splat(1.3981999507e-3));
  p = fma(p, r, f32x4.splat(8.3334519073e-3));
  p = fma(p, r, f32x4.splat(4.1665795894e-2));
  p = fma(p, r, f32x4.splat(1.6666665459e-1));
  p = fma(p, r, f32x4.splat(5.0000001201e-1));
  p = f32x4.add(fma(p, f32x4.mul(r, r), r), f32x4.splat(1));
  const k = i32x4.sub(t, magic);
  const half = i32x4.shr_s(k, 1);
  return f32x4.mul(f32x4.mul(p, power2(half)), power2(i32x4.sub(k, half)));
}

/** tanh as the ratio of polynomials that Eigen uses (generic_fast_tanh_float); ±1 beyond ±9. */
function tanh4(x: v128): v128 {
  const limit = f32x4.splat(7.90531110763549805);
  const v = f32x4.pmax(f32x4.pmin(x, limit), f32x4.neg(limit));
  const s = f32x4.mul(v, v);
  let p = f32x4.splat(-2.76076847742355e-16);
  p = fma(p, s, f32x4.splat(2.00018790482477e-13));
  p = fma(p, s, f32x4.splat(-8.60467152213735e-11));
  p = fma(p, s, f32x4.splat(5.12229709037114e-8));
  p = fma(p, s, f32x4.splat(1.48572235717979e-5));
  p = fma(p, s, f32x4.splat(6.37261928875436e-4));
  p = fma(p, s, f32x4.splat(4.89352455891786e-3));
  let q = f32x4.splat(1.19825839466702e-6);
  q = fma(q, s, f32x4.splat(1.18534705686654e-4));
  q = fma(q, s, f32x4.splat(2.26843463243900e-3));
  q = fma(q, s, f32x4.splat(4.89352518554385e-3));
  const ratio = f32x4.div(f32x4.mul(v, p), q);
  const one = v128.or(f32x4.splat(1), v128.and(x, i32x4.splat(0x80000000)));
  const small = v128.bitselect(x, ratio, f32x4.lt(f32x4.abs(x), f32x4.splat(0.0004)));
  return v128.bitselect(one, small, f32x4.gt(f32x4.abs(x), f32x4.splat(9)));
}

// @ts-ignore: decorator
@inline
function sigmoid4(x: v128): v128 {
  const e = exp4(f32x4.neg(f32x4.abs(x)));
  const below = f32x4.div(v128.bitselect(f32x4.splat(1), e, f32x4.ge(x, f32x4.splat(0))), f32x4.add(f32x4.splat(1), e));
  return v128.bitselect(x, below, f32x4.ne(x, x));
}

// @ts-ignore: decorator
@inline
function one4(op: i32, x: v128): v128 {
  if (op == NEG) return f32x4.neg(x);
  if (op == ABS) return f32x4.abs(x);
  if (op == SQUARE) return f32x4.mul(x, x);
  if (op == SQRT) return f32x4.sqrt(x);
  if (op == RELU) return f32x4.max(x, f32x4.splat(0));
  if (op == EXP) return exp4(x);
  if (op == SIGMOID) return sigmoid4(x);
  if (op == RECIPROCAL) return f32x4.div(f32x4.splat(1), x);
  return tanh4(x);
}

// @ts-ignore: decorator
@inline
function two4(op: i32, x: v128, y: v128): v128 {
  if (op == ADD) return f32x4.add(x, y);
  if (op == SUB) return f32x4.sub(x, y);
  if (op == MUL) return f32x4.mul(x, y);
  if (op == GATE) return v128.and(x, f32x4.gt(y, f32x4.splat(0)));
  if (op == TANH_SLOPE) return f32x4.mul(x, f32x4.sub(f32x4.splat(1), f32x4.mul(y, y)));
  if (op == SQUARE_SLOPE) return f32x4.mul(f32x4.add(x, x), y);
  if (op == SIGMOID_SLOPE) return f32x4.mul(x, f32x4.mul(y, f32x4.sub(f32x4.splat(1), y)));
  if (op == SQUARED_DIFFERENCE) {
    const d = f32x4.sub(x, y);
    return f32x4.mul(d, d);
  }
  return f32x4.div(x, y);
}

// @ts-ignore: decorator
@inline
function map1(op: i32, x: usize, out: usize, n: i32): void {
  let i = 0;
  for (; i + 4 <= n; i += 4) {
    v128.store(out, one4(op, v128.load(x)));
    x += 16;
    out += 16;
  }
  for (; i < n; i++) {
    v128.store32_lane(out, one4(op, v128.load32_zero(x)), 0);
    x += 4;
    out += 4;
  }
}

// @ts-ignore: decorator
@inline
function row2(op: i32, x: usize, xStep: i32, y: usize, yStep: i32, out: usize, n: i32): void {
  let i = 0;
  if (xStep == 1 && yStep == 1) {
    for (; i + 4 <= n; i += 4) {
      v128.store(out, two4(op, v128.load(x), v128.load(y)));
      x += 16; y += 16; out += 16;
    }
  } else if (yStep == 0 && xStep == 1) {
    const b = v128.load32_splat(y);
    for (; i + 4 <= n; i += 4) {
      v128.store(out, two4(op, v128.load(x), b));
      x += 16; out += 16;
    }
  } else if (xStep == 0 && yStep == 1) {
    const a = v128.load32_splat(x);
    for (; i + 4 <= n; i += 4) {
      v128.store(out, two4(op, a, v128.load(y)));
      y += 16; out += 16;
    }
  }
  for (; i < n; i++) {
    v128.store32_lane(out, two4(op, v128.load32_zero(x), v128.load32_zero(y)), 0);
    x += <usize>xStep << 2; y += <usize>yStep << 2; out += 4;
  }
}

// @ts-ignore: decorator
@inline
function map2(op: i32, x: usize, xStep: i32, xRow: i32, y: usize, yStep: i32, yRow: i32, out: usize, n: i32, rows: i32): void {
  for (let r = 0; r < rows; r++) {
    row2(op, x, xStep, y, yStep, out, n);
    x += <usize>xRow << 2;
    y += <usize>yRow << 2;
    out += <usize>n << 2;
  }
}

export function neg_f32(x: usize, out: usize, n: i32): void { map1(NEG, x, out, n); }
export function abs_f32(x: usize, out: usize, n: i32): void { map1(ABS, x, out, n); }
export function square_f32(x: usize, out: usize, n: i32): void { map1(SQUARE, x, out, n); }
export function sqrt_f32(x: usize, out: usize, n: i32): void { map1(SQRT, x, out, n); }
export function relu_f32(x: usize, out: usize, n: i32): void { map1(RELU, x, out, n); }
export function exp_f32(x: usize, out: usize, n: i32): void { map1(EXP, x, out, n); }
export function sigmoid_f32(x: usize, out: usize, n: i32): void { map1(SIGMOID, x, out, n); }
export function tanh_f32(x: usize, out: usize, n: i32): void { map1(TANH, x, out, n); }
export function reciprocal_f32(x: usize, out: usize, n: i32): void { map1(RECIPROCAL, x, out, n); }

export function add_f32(x: usize, xs: i32, xr: i32, y: usize, ys: i32, yr: i32, out: usize, n: i32, rows: i32): void { map2(ADD, x, xs, xr, y, ys, yr, out, n, rows); }
export function sub_f32(x: usize, xs: i32, xr: i32, y: usize, ys: i32, yr: i32, out: usize, n: i32, rows: i32): void { map2(SUB, x, xs, xr, y, ys, yr, out, n, rows); }
export function mul_f32(x: usize, xs: i32, xr: i32, y: usize, ys: i32, yr: i32, out: usize, n: i32, rows: i32): void { map2(MUL, x, xs, xr, y, ys, yr, out, n, rows); }
export function div_f32(x: usize, xs: i32, xr: i32, y: usize, ys: i32, yr: i32, out: usize, n: i32, rows: i32): void { map2(DIV, x, xs, xr, y, ys, yr, out, n, rows); }
export function squaredDifference_f32(x: usize, xs: i32, xr: i32, y: usize, ys: i32, yr: i32, out: usize, n: i32, rows: i32): void { map2(SQUARED_DIFFERENCE, x, xs, xr, y, ys, yr, out, n, rows); }
export function gate_f32(x: usize, xs: i32, xr: i32, y: usize, ys: i32, yr: i32, out: usize, n: i32, rows: i32): void { map2(GATE, x, xs, xr, y, ys, yr, out, n, rows); }
export function tanhSlope_f32(x: usize, xs: i32, xr: i32, y: usize, ys: i32, yr: i32, out: usize, n: i32, rows: i32): void { map2(TANH_SLOPE, x, xs, xr, y, ys, yr, out, n, rows); }
export function sigmoidSlope_f32(x: usize, xs: i32, xr: i32, y: usize, ys: i32, yr: i32, out: usize, n: i32, rows: i32): void { map2(SIGMOID_SLOPE, x, xs, xr, y, ys, yr, out, n, rows); }
export function squareSlope_f32(x: usize, xs: i32, xr: i32, y: usize, ys: i32, yr: i32, out: usize, n: i32, rows: i32): void { map2(SQUARE_SLOPE, x, xs, xr, y, ys, yr, out, n, rows); }
