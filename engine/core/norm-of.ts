/** The Euclidean norm, also of very large and very small numbers. */

/** Euclidean norm of all elements; NaN or infinite when one of them is. */
export function normOf(data: ArrayLike<number>): number {
  let squares = 0;
  let scale = 0;
  for (let i = 0; i < data.length; i++) {
    const v = Math.abs(data[i] as number);
    squares += v * v;
    if (v > scale || Number.isNaN(v)) scale = v;
  }
  if ((squares > 1e-280 && squares < 1e300) || scale === 0 || !Number.isFinite(scale))
    return Math.sqrt(squares);
  let scaled = 0;
  for (let i = 0; i < data.length; i++) scaled += ((data[i] as number) / scale) ** 2;
  return scale * Math.sqrt(scaled);
}
