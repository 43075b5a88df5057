// Windows of a float32 image as columns of a matrix, and such columns added back to an image.

/** First position o at which o * stride + start is not negative. */
// @ts-ignore: decorator
@inline
function firstInside(start: i32, stride: i32, count: i32): i32 {
  return start >= 0 ? 0 : min((stride - 1 - start) / stride, count);
}

/** The position behind the last one at which o * stride + start is below size. */
// @ts-ignore: decorator
@inline
function endInside(start: i32, stride: i32, size: i32, count: i32): i32 {
  return size - 1 - start < 0 ? 0 : min(count, (size - 1 - start) / stride + 1);
}

export function unfold_f32(
  image: usize, columns: usize, channels: i32, height: i32, width: i32, kernelRows: i32, kernelColumns: i32, strideDown: i32, strideRight: i32,
  paddingRows: i32, paddingColumns: i32, dilationDown: i32, dilationRight: i32, rows: i32, row: i32,
): void {
  for (let c = 0; c < channels; c++) {
    for (let i = 0; i < kernelRows; i++) {
      const top = i * dilationDown - paddingRows;
      for (let j = 0; j < kernelColumns; j++) {
        const left = j * dilationRight - paddingColumns;
        const first = firstInside(left, strideRight, row);
        const last = max(first, endInside(left, strideRight, width, row));
        for (let y = 0; y < rows; y++) {
          const line = y * strideDown + top;
          if (line < 0 || line >= height) memory.fill(columns, 0, <usize>row << 2);
          else {
            if (first > 0) memory.fill(columns, 0, <usize>first << 2);
            if (last < row) memory.fill(columns + (<usize>last << 2), 0, <usize>(row - last) << 2);
            takeRow(image + (<usize>(line * width + left + first * strideRight) << 2), columns + (<usize>first << 2), strideRight, last - first);
          }
          columns += <usize>row << 2;
        }
      }
    }
    image += <usize>(height * width) << 2;
  }
}

// @ts-ignore: decorator
@inline
function takeRow(x: usize, out: usize, step: i32, n: i32): void {
  let i = 0;
  if (step == 1) {
    for (; i + 4 <= n; i += 4) v128.store(out + (<usize>i << 2), v128.load(x + (<usize>i << 2)));
  }
  for (; i < n; i++) store<f32>(out + (<usize>i << 2), load<f32>(x + (<usize>(i * step) << 2)));
}

export function fold_f32(
  columns: usize, image: usize, channels: i32, height: i32, width: i32, kernelRows: i32, kernelColumns: i32, strideDown: i32, strideRight: i32,
  paddingRows: i32, paddingColumns: i32, dilationDown: i32, dilationRight: i32, rows: i32, row: i32,
): void {
  for (let c = 0; c < channels; c++) {
    for (let i = 0; i < kernelRows; i++) {
      const top = i * dilationDown - paddingRows;
      for (let j = 0; j < kernelColumns; j++) {
        const left = j * dilationRight - paddingColumns;
        const first = firstInside(left, strideRight, row);
        const last = max(first, endInside(left, strideRight, width, row));
        for (let y = 0; y < rows; y++) {
          const line = y * strideDown + top;
          if (line >= 0 && line < height) {
            addRow(columns + (<usize>first << 2), image + (<usize>(line * width + left + first * strideRight) << 2), strideRight, last - first);
          }
          columns += <usize>row << 2;
        }
      }
    }
    image += <usize>(height * width) << 2;
  }
}

// @ts-ignore: decorator
@inline
function addRow(x: usize, out: usize, step: i32, n: i32): void {
  let i = 0;
  if (step == 1) {
    for (; i + 4 <= n; i += 4) {
      const at = out + (<usize>i << 2);
      v128.store(at, f32x4.add(v128.load(at), v128.load(x + (<usize>i << 2))));
    }
  }
  for (; i < n; i++) {
    const at = out + (<usize>(i * step) << 2);
    store<f32>(at, load<f32>(at) + load<f32>(x + (<usize>i << 2)));
  }
}

// @ts-ignore: decorator
@inline
function startInside(start: i32, step: i32): i32 {
  return start >= 0 ? start : start + (step - 1 - start) / step * step;
}

/** The usual case: windows of 2 × 2 that all lie within the image. Without branches, as nobody can predict them. */
function largestOfFour(image: usize, places: usize, width: i32, strideDown: i32, strideRight: i32, rows: i32, row: i32): void {
  const below = <usize>width << 2;
  for (let y = 0; y < rows; y++) {
    let place = y * strideDown * width;
    let at = image + (<usize>place << 2);
    let x = 0;
    if (strideRight == 2) {
      for (; x + 4 <= row; x += 4) {
        v128.store(places, i32x4.add(i32x4.splat(place), largestInPairs(at, below, width)));
        places += 16;
        place += 8;
        at += 32;
      }
    }
    for (; x < row; x++) {
      const a = load<f32>(at), b = load<f32>(at, 4), c = load<f32>(at + below), d = load<f32>(at + below, 4);
      const right = i32(b > a) | i32(b != b), lowRight = i32(d > c) | i32(d != d);
      const top = max<f32>(a, b), bottom = max<f32>(c, d);
      const low = i32(bottom > top) | i32(bottom != bottom);
      store<i32>(places, place + select<i32>(width + lowRight, right, low != 0));
      places += 4;
      place += strideRight;
      at += <usize>strideRight << 2;
    }
  }
}

/** Four windows side by side: where each has its largest element, counted from the first one's corner. */
// @ts-ignore: decorator
@inline
function largestInPairs(at: usize, below: usize, width: i32): v128 {
  const p = v128.load(at), q = v128.load(at, 16), r = v128.load(at + below), s = v128.load(at + below, 16);
  const a = v128.shuffle<f32>(p, q, 0, 2, 4, 6), b = v128.shuffle<f32>(p, q, 1, 3, 5, 7);
  const c = v128.shuffle<f32>(r, s, 0, 2, 4, 6), d = v128.shuffle<f32>(r, s, 1, 3, 5, 7);
  const one = i32x4.splat(1);
  const right = v128.and(v128.or(f32x4.gt(b, a), f32x4.ne(b, b)), one);
  const lowRight = v128.and(v128.or(f32x4.gt(d, c), f32x4.ne(d, d)), one);
  const top = f32x4.max(a, b), bottom = f32x4.max(c, d);
  const low = v128.or(f32x4.gt(bottom, top), f32x4.ne(bottom, bottom));
  const offset = v128.bitselect(i32x4.add(i32x4.splat(width), lowRight), right, low);
  return i32x4.add(offset, i32x4(0, 2, 4, 6));
}

/** The place of each window's largest element within its channel: the first of equal ones, the last NaN. */
export function largest_f32(
  image: usize, places: usize, channels: i32, height: i32, width: i32, kernelRows: i32, kernelColumns: i32, strideDown: i32, strideRight: i32,
  paddingRows: i32, paddingColumns: i32, dilationDown: i32, dilationRight: i32, rows: i32, row: i32,
): void {
  const halves = kernelRows == 2 && kernelColumns == 2 && dilationDown == 1 && dilationRight == 1 && paddingRows == 0 && paddingColumns == 0
    && (rows - 1) * strideDown + 2 <= height && (row - 1) * strideRight + 2 <= width;
  for (let c = 0; c < channels; c++) {
    if (halves) {
      largestOfFour(image, places, width, strideDown, strideRight, rows, row);
      places += <usize>(rows * row) << 2;
      image += <usize>(height * width) << 2;
      continue;
    }
    for (let y = 0; y < rows; y++) {
      const y0 = y * strideDown - paddingRows;
      const top = startInside(y0, dilationDown);
      const bottom = min(height, y0 + kernelRows * dilationDown);
      for (let x = 0; x < row; x++) {
        const x0 = x * strideRight - paddingColumns;
        const left = startInside(x0, dilationRight);
        const right = min(width, x0 + kernelColumns * dilationRight);
        let best = top * width + left;
        let largest = load<f32>(image + (<usize>best << 2));
        for (let line = top; line < bottom; line += dilationDown) {
          const end = line * width + right;
          for (let place = line * width + left; place < end; place += dilationRight) {
            const value = load<f32>(image + (<usize>place << 2));
            const wins = i32(value > largest) | i32(value != value);
            best = select<i32>(place, best, wins != 0);
            largest = select<f32>(value, largest, wins != 0);
          }
        }
        store<i32>(places, best);
        places += 4;
      }
    }
    image += <usize>(height * width) << 2;
  }
}
