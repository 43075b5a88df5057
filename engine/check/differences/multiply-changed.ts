/** A matrix product when few elements of one factor changed: the old product and what the changes add. */

import type { Node } from "../../core/tape";
import type { Tensor } from "../../core/tensor";
import { linear } from "../../ops/linear";
import { matmulTransposed } from "../../ops/matmul";
import type { Lines } from "./lines";
import { numberRoom, placeRoom } from "./room";
import type { Dense, Sparse, Variants } from "./variants";

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
  if (i === 0)
    return variants.each > 1 ? rowsMoved(node, variants, layout) : rowsChanged(node, variants, layout);
  return variants.each > 1
    ? columnsMoved(node, variants, layout, count)
    : columnsChanged(node, variants, layout);
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
function columnsChanged(node: Node, { index, data }: Sparse, { m, k, n, transX, transY }: Layout): Sparse {
  const each = m;
  const places = placeRoom(node, index.length * each);
  const values = numberRoom(node, index.length * each);
  const [x, before, out] = [node.x.data, node.y.data, node.out.data];
  const step = transX ? 1 : k;
  for (let v = 0; v < index.length; v++) {
    const element = index[v] as number;
    const [l, column] = place(element, k, n, transY);
    const change = (data[v] as number) - (before[element] as number);
    let [from, o] = [transX ? l * m : l, column];
    for (let at = v * each; at < (v + 1) * each; at++) {
      places[at] = o;
      values[at] = (out[o] as number) + change * (x[from] as number);
      from += step;
      o += n;
    }
  }
  return { kind: "sparse", each, index: places, data: values };
}

/** The rows of a matrix as columns: each without gaps. */
function turned(matrix: ArrayLike<number>, rows: number, columns: number): Float64Array {
  const lines = new Float64Array(rows * columns);
  for (let l = 0; l < columns; l++) {
    for (let j = 0; j < rows; j++) lines[l * rows + j] = matrix[j * columns + l] as number;
  }
  return lines;
}

const tables = new WeakMap<Node, ArrayLike<number>>();

/** The rows of y as the product takes them. */
function linesOf(node: Node, { k, n, transY }: Layout): ArrayLike<number> {
  const { data } = node.y;
  if (!transY) return data;
  const known = tables.get(node) ?? turned(data, n, k);
  tables.set(node, known);
  return known;
}

/** Several changed elements of x: each moves its row of the product along a row of y. */
function rowsMoved(node: Node, { each, index, data }: Sparse, layout: Layout): Lines {
  const { m, k, n, transX } = layout;
  const before = node.x.data;
  const [rows, lines] = [placeRoom(node, index.length, 0), placeRoom(node, index.length, 1)];
  const factors = numberRoom(node, index.length);
  const divisor = transX ? m : k;
  const [whole, rest] = transX ? [lines, rows] : [rows, lines];
  for (let e = 0; e < index.length; e++) {
    const element = index[e] as number;
    const quotient = Math.floor(element / divisor);
    whole[e] = quotient;
    rest[e] = element - quotient * divisor;
    factors[e] = (data[e] as number) - (before[element] as number);
  }
  return { kind: "lines", each, rows, lines, factors, table: linesOf(node, layout), length: n, owner: node };
}

/** Several changed elements of y: multiples of columns of x are added to columns of copies of the product. */
function columnsMoved(node: Node, { each, index, data }: Sparse, layout: Layout, count: number): Dense {
  const { m, k, n, transX, transY } = layout;
  const { x, y, out } = node;
  const before = y.data;
  const result = numberRoom(node, count * out.size);
  const lines = transX ? x.data : turned(x.data, m, k);
  const divisor = transY ? k : n;
  for (let v = 0; v < count; v++) {
    const base = v * out.size;
    result.set(out.data, base);
    for (let e = v * each; e < (v + 1) * each; e++) {
      const element = index[e] as number;
      const change = (data[e] as number) - (before[element] as number);
      if (change === 0) continue;
      const quotient = Math.floor(element / divisor);
      const rest = element - quotient * divisor;
      const [line, column] = transY ? [rest, quotient] : [quotient, rest];
      let to = base + column;
      for (let from = line * m; from < (line + 1) * m; from++) {
        result[to] = (result[to] as number) + change * (lines[from] as number);
        to += n;
      }
    }
  }
  return { kind: "dense", data: result };
}
