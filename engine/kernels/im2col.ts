/** The windows that convolutions and poolings look at: as columns of a matrix, added back, and their largest elements. */
import type { Values } from "../core/dtype";

/** Pairs are [rows, columns]. */
export interface Windows {
  readonly channels: number;
  readonly size: readonly [number, number];
  readonly kernel: readonly [number, number];
  readonly stride: readonly [number, number];
  readonly padding: readonly [number, number];
  readonly dilation: readonly [number, number];
  /** How many windows lie below and beside each other. */
  readonly count: readonly [number, number];
}

/** First and last-plus-one position o at which o · stride + start lies in 0 … size − 1. */
function inside(start: number, stride: number, size: number, count: number): [number, number] {
  const from = start >= 0 ? 0 : Math.ceil(-start / stride);
  const to = Math.min(count, Math.floor((size - 1 - start) / stride) + 1);
  return [Math.min(from, count), Math.max(to, Math.min(from, count))];
}

/**
 * columns[c · kernel + k][window] = image[c] at element k of the window, 0 in the padding.
 * @param columns channels · kernel rows of as many elements as there are windows
 */
export function unfold(image: Values, columns: Values, windows: Windows): void {
  const { channels, size, kernel, stride, padding, dilation, count } = windows;
  const [height, width] = size;
  const [rows, row] = count;
  let to = 0;
  for (let c = 0; c < channels; c++) {
    for (let i = 0; i < kernel[0]; i++) {
      const top = i * dilation[0] - padding[0];
      for (let j = 0; j < kernel[1]; j++) {
        const left = j * dilation[1] - padding[1];
        const [first, last] = inside(left, stride[1], width, row);
        for (let y = 0; y < rows; y++, to += row) {
          const line = y * stride[0] + top;
          if (line < 0 || line >= height) {
            columns.fill(0, to, to + row);
            continue;
          }
          if (first > 0) columns.fill(0, to, to + first);
          if (last < row) columns.fill(0, to + last, to + row);
          let from = (c * height + line) * width + left + first * stride[1];
          for (let x = first; x < last; x++, from += stride[1]) columns[to + x] = image[from] as number;
        }
      }
    }
  }
}

/** image += the columns at the places that `unfold` takes them from: its adjoint. */
export function fold(columns: Values, image: Values, windows: Windows): void {
  const { channels, size, kernel, stride, padding, dilation, count } = windows;
  const [height, width] = size;
  const [rows, row] = count;
  let from = 0;
  for (let c = 0; c < channels; c++) {
    for (let i = 0; i < kernel[0]; i++) {
      const top = i * dilation[0] - padding[0];
      for (let j = 0; j < kernel[1]; j++) {
        const left = j * dilation[1] - padding[1];
        const [first, last] = inside(left, stride[1], width, row);
        for (let y = 0; y < rows; y++, from += row) {
          const line = y * stride[0] + top;
          if (line < 0 || line >= height) continue;
          let to = (c * height + line) * width + left + first * stride[1];
          for (let x = first; x < last; x++, to += stride[1]) {
            image[to] = (image[to] as number) + (columns[from + x] as number);
          }
        }
      }
    }
  }
}

/**
 * For every window of every channel the place of its largest element, counted over the channel's pixels: the first of
 * equal ones, the last NaN. Windows may reach over the end of the image.
 */
export function findLargest(image: Values, places: Int32Array, windows: Windows): void {
  const { channels, size, kernel, stride, padding, dilation, count } = windows;
  const [height, width] = size;
  let at = 0;
  for (let c = 0; c < channels; c++) {
    const plane = c * height * width;
    for (let y = 0; y < count[0]; y++) {
      const top = startInside(y * stride[0] - padding[0], dilation[0]);
      const bottom = Math.min(height, y * stride[0] - padding[0] + kernel[0] * dilation[0]);
      for (let x = 0; x < count[1]; x++) {
        const left = startInside(x * stride[1] - padding[1], dilation[1]);
        const right = Math.min(width, x * stride[1] - padding[1] + kernel[1] * dilation[1]);
        let best = top * width + left;
        let largest = image[plane + best] as number;
        for (let row = top; row < bottom; row += dilation[0]) {
          for (let place = row * width + left; place < row * width + right; place += dilation[1]) {
            const value = image[plane + place] as number;
            if (value > largest || Number.isNaN(value)) {
              best = place;
              largest = value;
            }
          }
        }
        places[at++] = best;
      }
    }
  }
}

/** The first of start, start + step, … that is not negative. */
function startInside(start: number, step: number): number {
  return start >= 0 ? start : start + Math.ceil(-start / step) * step;
}
