// Sums and combinations over groups of rows of float32, seen as [a, groups, b]. Numbers per group are float64.

/** sums[c] = Σ (x − shift[c]) · (y − shift[c]) over group c; Σ x when y is 0, no shift when that is 0. */
export function dotRows_f32(x: usize, y: usize, shift: usize, sums: usize, a: i32, groups: i32, b: i32): void {
  memory.fill(sums, 0, <usize>groups << 3);
  const size = <usize>b << 2;
  for (let i = 0; i < a; i++) {
    for (let c = 0; c < groups; c++) {
      const at = <usize>c << 3;
      const less = shift == 0 ? 0 : load<f64>(shift + at);
      const sum = y == 0 ? sumRow(x, b) : dotRow(x, y, less, b);
      store<f64>(sums + at, load<f64>(sums + at) + sum);
      x += size;
      if (y != 0) y += size;
    }
  }
}

function sumRow(x: usize, n: i32): f64 {
  let p = f64x2.splat(0), q = f64x2.splat(0);
  let i = 0;
  for (; i + 4 <= n; i += 4) {
    p = f64x2.add(p, f64x2.promote_low_f32x4(v128.load64_zero(x)));
    q = f64x2.add(q, f64x2.promote_low_f32x4(v128.load64_zero(x, 8)));
    x += 16;
  }
  p = f64x2.add(p, q);
  let sum = f64x2.extract_lane(p, 0) + f64x2.extract_lane(p, 1);
  for (; i < n; i++) {
    sum += <f64>load<f32>(x);
    x += 4;
  }
  return sum;
}

function dotRow(x: usize, y: usize, less: f64, n: i32): f64 {
  let p = f64x2.splat(0), q = f64x2.splat(0);
  const shift = f64x2.splat(less);
  let i = 0;
  for (; i + 4 <= n; i += 4) {
    const x0 = f64x2.sub(f64x2.promote_low_f32x4(v128.load64_zero(x)), shift);
    const y0 = f64x2.sub(f64x2.promote_low_f32x4(v128.load64_zero(y)), shift);
    p = f64x2.add(p, f64x2.mul(x0, y0));
    const x1 = f64x2.sub(f64x2.promote_low_f32x4(v128.load64_zero(x, 8)), shift);
    const y1 = f64x2.sub(f64x2.promote_low_f32x4(v128.load64_zero(y, 8)), shift);
    q = f64x2.add(q, f64x2.mul(x1, y1));
    x += 16;
    y += 16;
  }
  p = f64x2.add(p, q);
  let sum = f64x2.extract_lane(p, 0) + f64x2.extract_lane(p, 1);
  for (; i < n; i++) {
    sum += (<f64>load<f32>(x) - less) * (<f64>load<f32>(y) - less);
    x += 4;
    y += 4;
  }
  return sum;
}

/** out = scale[c] · (x − shift[c] − tilt[c] · y) for every element of group c. */
export function combineRows_f32(x: usize, y: usize, out: usize, scale: usize, shift: usize, tilt: usize, a: i32, groups: i32, b: i32): void {
  for (let i = 0; i < a; i++) {
    for (let c = 0; c < groups; c++) {
      const at = <usize>c << 3;
      const s = <f32>load<f64>(scale + at), d = <f32>load<f64>(shift + at), t = <f32>load<f64>(tilt + at);
      const s4 = f32x4.splat(s), d4 = f32x4.splat(d), t4 = f32x4.splat(t);
      let j = 0;
      for (; j + 4 <= b; j += 4) {
        const v = f32x4.sub(f32x4.sub(v128.load(x), d4), f32x4.mul(t4, v128.load(y)));
        v128.store(out, f32x4.mul(s4, v));
        x += 16; y += 16; out += 16;
      }
      for (; j < b; j++) {
        store<f32>(out, s * (load<f32>(x) - d - t * load<f32>(y)));
        x += 4; y += 4; out += 4;
      }
    }
  }
}
