/** Places of elements in a tensor: the flat ones of the data, and those with an index for each dimension. */

/** The N-dimensional index of element `flat` in row-major order. */
export function unravel(flat: number, shape: readonly number[]): number[] {
  const index = new Array<number>(shape.length);
  let rest = flat;
  for (let i = shape.length - 1; i >= 0; i--) {
    const size = shape[i] as number;
    index[i] = rest % size;
    rest = Math.floor(rest / size);
  }
  return index;
}

/** "[3, 4]"; "" for the only element of a scalar. */
export function showIndex(index: readonly number[]): string {
  return index.length === 0 ? "" : `[${index.join(", ")}]`;
}
