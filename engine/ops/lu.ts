/** Gaussian elimination with row exchanges, in double precision. */

export interface Factors {
  readonly n: number;
  /** L below the diagonal (ones on it), U on and above it, rows exchanged. */
  readonly lu: Float64Array;
  /** Row i of the factors was row rows[i] of the matrix. */
  readonly rows: Int32Array;
  readonly determinant: number;
}

/** Factorises an n × n matrix; the determinant is 0 when it has no inverse. `x` is used up. */
export function factorise(x: Float64Array, n: number): Factors {
  const rows = Int32Array.from({ length: n }, (_, i) => i);
  let determinant = 1;
  for (let k = 0; k < n; k++) {
    const pivot = pivotRow(x, n, k);
    if (pivot !== k) {
      exchange(x, rows, n, k, pivot);
      determinant = -determinant;
    }
    const top = x[k * n + k] as number;
    determinant *= top;
    if (top === 0) return { n, lu: x, rows, determinant: 0 };
    for (let i = k + 1; i < n; i++) eliminate(x, n, i, k, (x[i * n + k] as number) / top);
  }
  return { n, lu: x, rows, determinant };
}

function pivotRow(x: Float64Array, n: number, k: number): number {
  let best = k;
  for (let i = k + 1; i < n; i++) {
    if (Math.abs(x[i * n + k] as number) > Math.abs(x[best * n + k] as number)) best = i;
  }
  return best;
}

function exchange(x: Float64Array, rows: Int32Array, n: number, a: number, b: number): void {
  const saved = x.slice(a * n, a * n + n);
  x.copyWithin(a * n, b * n, b * n + n);
  x.set(saved, b * n);
  [rows[a], rows[b]] = [rows[b] as number, rows[a] as number];
}

function eliminate(x: Float64Array, n: number, row: number, from: number, factor: number): void {
  x[row * n + from] = factor;
  for (let j = from + 1; j < n; j++) {
    x[row * n + j] = (x[row * n + j] as number) - factor * (x[from * n + j] as number);
  }
}

/** Solves for all columns of `y`, an n × columns matrix, into `out`. */
export function solveWith(
  { n, lu, rows }: Factors,
  y: ArrayLike<number>,
  out: { [i: number]: number },
): void {
  const columns = y.length / Math.max(n, 1);
  const z = new Float64Array(n);
  for (let c = 0; c < columns; c++) {
    for (let i = 0; i < n; i++) {
      let value = y[(rows[i] as number) * columns + c] as number;
      for (let j = 0; j < i; j++) value -= (lu[i * n + j] as number) * (z[j] as number);
      z[i] = value;
    }
    for (let i = n - 1; i >= 0; i--) {
      let value = z[i] as number;
      for (let j = i + 1; j < n; j++) value -= (lu[i * n + j] as number) * (z[j] as number);
      z[i] = value / (lu[i * n + i] as number);
    }
    for (let i = 0; i < n; i++) out[i * columns + c] = z[i] as number;
  }
}
