/** A matrix product when few elements of one factor changed: the old product and what the changes add. */

import type { Node } from "../../core/tape";
import type { Tensor } from "../../core/tensor";
import { linear } from "../../ops/linear";
import { matmulTransposed } from "../../ops/matmul";
import type { Sparse, Variants } from "./variants";

interface Layout {
  readonly m: number;
  readonly k: number;
  readonly n: number;
  readonly transX: boolean;
  readonly transY: boolean;
}

/** True for operations that this file knows: products of two matrices, with a bias or without. */
export function isProduct({ op }: Node): boolean {
  return op === matmulTransposed.op || op === linear.op;
}

/** How the factors lie in memory, as two matrices; null when they are no such. */
function layoutOf({ op, x, y, attrs }: Node): Layout | null {
  if (y.ndim !== 2) return null;
  const [r, s] = y.shape as [number, number];
  if (op === linear.op) return { m: x.size / s, k: s, n: r, transX: false, transY: true };
  if (x.ndim !== 2) return null;
  const { transX = false, transY = false } = attrs as { transX?: boolean; transY?: boolean };
  const [p, q] = x.shape as [number, number];
  return { m: transX ? q : p, k: transX ? p : q, n: transY ? r : s, transX, transY };
}

/** The product under changes of input i; null when the factors are not two matrices. */
export function multiplyChanged(node: Node, i: number, variants: Sparse, count: number): Variants | null {
  const layout = layoutOf(node);
  if (layout === null) return null;
  if (i === 2) return biasChanged(node, variants, layout);
  if (variants.each > 1) return addChanges(node, i, variants, layout, count);
  return i === 0 ? rowsChanged(node, variants, layout) : columnsChanged(node, variants, layout);
}

/** A changed element of the bias moves one column. */
function biasChanged({ inputs, out }: Node, { each, index, data }: Sparse, { m, n }: Layout): Sparse | null {
  const bias = inputs[2] as Tensor;
  if (bias.size !== n) return null;
  const places = new Int32Array(index.length * m);
  const values = new Float64Array(index.length * m);
  for (let v = 0; v < index.length; v++) {
    const column = index[v] as number;
    const change = (data[v] as number) - (bias.data[column] as number);
    for (let row = 0; row < m; row++) {
      places[v * m + row] = row * n + column;
      values[v * m + row] = (out.data[row * n + column] as number) + change;
    }
  }
  return { kind: "sparse", each: each * m, index: places, data: values };
}

/** Row and column of a matrix element as it is read. */
function place(element: number, rows: number, columns: number, transposed: boolean): [number, number] {
  return transposed
    ? [element % rows, Math.floor(element / rows)]
    : [Math.floor(element / columns), element % columns];
}

/** One changed element of x touches one row of the product. */
function rowsChanged(
  { x, y, out }: Node,
  { index, data }: Sparse,
  { m, k, n, transX, transY }: Layout,
): Sparse {
  const each = n;
  const places = new Int32Array(index.length * each);
  const values = new Float64Array(index.length * each);
  for (let v = 0; v < index.length; v++) {
    const element = index[v] as number;
    const [row, l] = place(element, m, k, transX);
    const change = (data[v] as number) - (x.data[element] as number);
    for (let j = 0; j < n; j++) {
      const o = row * n + j;
      const other = y.data[transY ? j * k + l : l * n + j] as number;
      places[v * each + j] = o;
      values[v * each + j] = (out.data[o] as number) + change * other;
    }
  }
  return { kind: "sparse", each, index: places, data: values };
}

/** One changed element of y touches one column of the product. */
function columnsChanged(
  { x, y, out }: Node,
  { index, data }: Sparse,
  { m, k, n, transX, transY }: Layout,
): Sparse {
  const each = m;
  const places = new Int32Array(index.length * each);
  const values = new Float64Array(index.length * each);
  for (let v = 0; v < index.length; v++) {
    const element = index[v] as number;
    const [l, column] = place(element, k, n, transY);
    const change = (data[v] as number) - (y.data[element] as number);
    for (let row = 0; row < m; row++) {
      const o = row * n + column;
      const other = x.data[transX ? l * m + row : row * k + l] as number;
      places[v * each + row] = o;
      values[v * each + row] = (out.data[o] as number) + change * other;
    }
  }
  return { kind: "sparse", each, index: places, data: values };
}

const kept = new WeakMap<Node, Float64Array>();

/** Room for the results at a node, used again by its next evaluation: by then the losses of this one are known. */
function room(node: Node, size: number): Float64Array {
  const known = kept.get(node);
  if (known !== undefined && known.length >= size) return known.subarray(0, size);
  const made = new Float64Array(size);
  kept.set(node, made);
  return made;
}

/** The other factor by lines as a changed element multiplies them: rows of y, or columns of x, each without gaps. */
function linesOf({ x, y }: Node, i: number, { m, k, n, transX, transY }: Layout): ArrayLike<number> {
  if (i === 0 ? !transY : transX) return i === 0 ? y.data : x.data;
  const [from, length] = i === 0 ? [y.data, n] : [x.data, m];
  const lines = new Float64Array(k * length);
  for (let l = 0; l < k; l++) {
    for (let j = 0; j < length; j++) lines[l * length + j] = from[j * k + l] as number;
  }
  return lines;
}

/** Several changed elements: their rows (columns) of the other factor are added to copies of the product. */
function addChanges(
  node: Node,
  i: number,
  { each, index, data }: Sparse,
  layout: Layout,
  count: number,
): Variants {
  const { m, k, n, transX, transY } = layout;
  const { out } = node;
  const changed = (node.inputs[i] as Tensor).data;
  const result = room(node, count * out.size);
  const lines = linesOf(node, i, layout);
  const [rows, columns, isTransposed] = i === 0 ? [m, k, transX] : [k, n, transY];
  const [length, step] = i === 0 ? [n, 1] : [m, n];
  const divisor = isTransposed ? rows : columns;
  for (let v = 0; v < count; v++) {
    const base = v * out.size;
    result.set(out.data, base);
    for (let e = v * each; e < (v + 1) * each; e++) {
      const element = index[e] as number;
      const change = (data[e] as number) - (changed[element] as number);
      if (change === 0) continue;
      const quotient = Math.floor(element / divisor);
      const rest = element - quotient * divisor;
      const [a, b] = isTransposed ? [rest, quotient] : [quotient, rest];
      // Row a of the product and line b of y; or column b of the product and line a of x.
      let to = base + (i === 0 ? a * n : b);
      const end = ((i === 0 ? b : a) + 1) * length;
      for (let from = end - length; from < end; from++) {
        result[to] = (result[to] as number) + change * (lines[from] as number);
        to += step;
      }
    }
  }
  return { kind: "dense", data: result };
}
