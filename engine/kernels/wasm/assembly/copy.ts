// Copies of float32 read with strides in elements: permutations, expansions, slices. Rows are written one after the other.

/** The transpose of 4 × 4 elements: row i of the result is column i of what is read. */
// @ts-ignore: decorator
@inline
function transpose4(x: usize, xStep: usize, out: usize, outStep: usize): void {
  const a = v128.load(x), b = v128.load(x + xStep);
  const c = v128.load(x + (xStep << 1)), d = v128.load(x + xStep + (xStep << 1));
  const ab = v128.shuffle<i32>(a, b, 0, 4, 1, 5), cd = v128.shuffle<i32>(c, d, 0, 4, 1, 5);
  const AB = v128.shuffle<i32>(a, b, 2, 6, 3, 7), CD = v128.shuffle<i32>(c, d, 2, 6, 3, 7);
  v128.store(out, v128.shuffle<i64>(ab, cd, 0, 2));
  v128.store(out + outStep, v128.shuffle<i64>(ab, cd, 1, 3));
  v128.store(out + (outStep << 1), v128.shuffle<i64>(AB, CD, 0, 2));
  v128.store(out + outStep + (outStep << 1), v128.shuffle<i64>(AB, CD, 1, 3));
}

/** n rows of m elements; x moves by xRow from row to row and by xStep within. */
function plane(x: usize, xRow: usize, xStep: usize, out: usize, n: i32, m: i32): void {
  const outRow = <usize>m << 2;
  let i = 0;
  if (xRow == 4 && xStep != 4) {
    for (; i + 4 <= n; i += 4) {
      let j = 0;
      for (; j + 4 <= m; j += 4) transpose4(x + <usize>j * xStep, xStep, out + (<usize>j << 2), outRow);
      for (; j < m; j++) {
        for (let r: usize = 0; r < 4; r++) store<f32>(out + r * outRow + (<usize>j << 2), load<f32>(x + <usize>j * xStep + (r << 2)));
      }
      x += 16;
      out += outRow << 2;
    }
  }
  for (; i < n; i++) {
    if (xStep == 4) {
      let j = 0;
      for (; j + 4 <= m; j += 4) v128.store(out + (<usize>j << 2), v128.load(x + (<usize>j << 2)));
      for (; j < m; j++) store<f32>(out + (<usize>j << 2), load<f32>(x + (<usize>j << 2)));
    } else {
      for (let j = 0; j < m; j++) store<f32>(out + (<usize>j << 2), load<f32>(x + <usize>j * xStep));
    }
    x += xRow;
    out += outRow;
  }
}

/** out = x over a × b × n × m, with the strides of each dimension in bytes. */
export function copy_f32(x: usize, aStep: usize, bStep: usize, xRow: usize, xStep: usize, out: usize, a: i32, b: i32, n: i32, m: i32): void {
  const size = (<usize>n * <usize>m) << 2;
  for (let i = 0; i < a; i++) {
    let from = x + <usize>i * aStep;
    for (let j = 0; j < b; j++) {
      plane(from, xRow, xStep, out, n, m);
      from += bStep;
      out += size;
    }
  }
}
