/** The handwritten digits that come with Gradlens. */
import { gunzipSync, strFromU8 } from "fflate";
import packed from "../../media/digits.csv.gz";
import { ModelError } from "../core/error";
import { type Shape, showShape, sizeOf } from "../core/shape";
import { fromValues, type Tensor } from "../core/tensor";

const pixels = 64;

/** Which digits, and in which shape. */
export interface DigitsOptions {
  /** How many images, from the first; all 1,797 when left out. */
  count?: number;
  /** Shape of one image: [64] when left out, "image" for [1, 8, 8], or any other with 64 elements. */
  shape?: "image" | Shape;
}

/** Images and what is on them. */
export interface Digits {
  /** float32 grey values from 0 to 1, N × shape: N × 64 or N × 1 × 8 × 8. */
  readonly images: Tensor;
  /** int32 digits, N. */
  readonly labels: Tensor;
}

/**
 * Images of handwritten digits and the digit in each. Source: E. Alpaydin and C. Kaynak, Optical Recognition of
 * Handwritten Digits, UCI Machine Learning Repository, CC BY 4.0.
 * @throws ModelError for a count or a shape that does not fit
 */
export function digits(options: DigitsOptions = {}): Digits {
  const rows = readRows();
  const { count = rows.length } = options;
  if (!Number.isInteger(count) || count < 1 || count > rows.length) {
    throw new ModelError(
      `data.digits(): count is ${count}, expected an integer from 1 to ${rows.length}, the number of images`,
    );
  }
  const shape = imageShape(options.shape);
  const images = new Float32Array(count * pixels);
  const labels = new Int32Array(count);
  rows.slice(0, count).forEach((row, i) => {
    for (let j = 0; j < pixels; j++) images[i * pixels + j] = (row[j] as number) / 16;
    labels[i] = row[pixels] as number;
  });
  return {
    images: fromValues(images, [count, ...shape], "float32"),
    labels: fromValues(labels, [count], "int32"),
  };
}

function imageShape(shape: DigitsOptions["shape"]): Shape {
  if (shape === undefined) return [pixels];
  if (shape === "image") return [1, 8, 8];
  if (Array.isArray(shape) && sizeOf(shape) === pixels) return shape;
  const found = Array.isArray(shape) ? showShape(shape) : JSON.stringify(shape);
  throw new ModelError(
    `data.digits(): shape is ${found}, expected the shape of one image: [64], [1, 8, 8] or "image"`,
  );
}

let cached: readonly (readonly number[])[] | null = null;

function readRows(): readonly (readonly number[])[] {
  if (cached === null) {
    cached = strFromU8(gunzipSync(packed))
      .trim()
      .split("\n")
      .map((line) => line.split(",").map(Number));
  }
  return cached;
}
