// Sums and maxima over the middle of outer × size × inner. Sums add in double precision.

export function sum_f32(x: usize, out: usize, outer: i32, size: i32, inner: i32, scratch: usize): void {
  for (let o = 0; o < outer; o++) {
    if (inner == 1) {
      store<f32>(out, <f32>sumRow(x, size));
      x += <usize>size << 2;
    } else {
      memory.fill(scratch, 0, <usize>inner << 3);
      for (let s = 0; s < size; s++) {
        addRow(x, scratch, inner);
        x += <usize>inner << 2;
      }
      for (let i = 0; i < inner; i++) store<f32>(out + (<usize>i << 2), <f32>load<f64>(scratch + (<usize>i << 3)));
    }
    out += <usize>inner << 2;
  }
}

function sumRow(x: usize, n: i32): f64 {
  let a = f64x2.splat(0), b = f64x2.splat(0);
  let i = 0;
  for (; i + 4 <= n; i += 4) {
    a = f64x2.add(a, f64x2.promote_low_f32x4(v128.load64_zero(x)));
    b = f64x2.add(b, f64x2.promote_low_f32x4(v128.load64_zero(x + 8)));
    x += 16;
  }
  a = f64x2.add(a, b);
  let sum = f64x2.extract_lane(a, 0) + f64x2.extract_lane(a, 1);
  for (; i < n; i++) {
    sum += <f64>load<f32>(x);
    x += 4;
  }
  return sum;
}

function addRow(x: usize, sums: usize, n: i32): void {
  let i = 0;
  for (; i + 2 <= n; i += 2) {
    v128.store(sums, f64x2.add(v128.load(sums), f64x2.promote_low_f32x4(v128.load64_zero(x))));
    x += 8;
    sums += 16;
  }
  if (i < n) store<f64>(sums, load<f64>(sums) + <f64>load<f32>(x));
}

/** Maxima; NaN wins, as in PyTorch. */
export function max_f32(x: usize, out: usize, outer: i32, size: i32, inner: i32): void {
  for (let o = 0; o < outer; o++) {
    if (inner == 1) {
      store<f32>(out, maxRow(x, size));
      x += <usize>size << 2;
    } else {
      memory.copy(out, x, <usize>inner << 2);
      for (let s = 0; s < size; s++) {
        maxWith(x, out, inner);
        x += <usize>inner << 2;
      }
    }
    out += <usize>inner << 2;
  }
}

function maxRow(x: usize, n: i32): f32 {
  let i = 0;
  let best: f32 = -Infinity;
  if (n >= 4) {
    let four = v128.load(x);
    for (; i + 4 <= n; i += 4) four = f32x4.max(four, v128.load(x + (<usize>i << 2)));
    four = f32x4.max(four, v128.shuffle<i32>(four, four, 2, 3, 0, 1));
    best = max<f32>(f32x4.extract_lane(four, 0), f32x4.extract_lane(four, 1));
  }
  for (; i < n; i++) best = max<f32>(best, load<f32>(x + (<usize>i << 2)));
  return best;
}

function maxWith(x: usize, out: usize, n: i32): void {
  let i = 0;
  for (; i + 4 <= n; i += 4) {
    const at = out + (<usize>i << 2);
    v128.store(at, f32x4.max(v128.load(at), v128.load(x + (<usize>i << 2))));
  }
  for (; i < n; i++) {
    const at = out + (<usize>i << 2);
    store<f32>(at, max<f32>(load<f32>(at), load<f32>(x + (<usize>i << 2))));
  }
}
