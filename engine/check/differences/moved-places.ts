/** Variants of a tensor whose elements an operation only moves: each goes where it came from at the recorded values. */
import type { Values } from "../../core/dtype";
import type { Tensor } from "../../core/tensor";
import type { ReplayStep } from "./replay-step";
import { broadcastIndex, type Moves } from "./structure";
import { allocateLike, type Sparse } from "./variants";

const spreads = new WeakMap<ReplayStep, Map<number, Moves>>();

/** How an input that is broadcast appears in the output. */
export function spreadOf(step: ReplayStep, shape: readonly number[], size: number): Moves {
  const known = spreads.get(step) ?? new Map<number, Moves>();
  spreads.set(step, known);
  const found = known.get(size);
  if (found !== undefined) return found;
  const { out } = step.node;
  const at = broadcastIndex(shape, out.shape);
  const moves = { source: Int32Array.from({ length: out.size }, (_, e) => at(e)), copies: out.size / size };
  known.set(size, moves);
  return moves;
}

const places = new WeakMap<Moves, Int32Array>();

/** The changed elements where they went; every input element has the same number of copies. */
export function moveChanged(moves: Moves, { each, index, data }: Sparse, x: Tensor): Sparse {
  const { source, copies } = moves;
  let went = places.get(moves);
  if (went === undefined) {
    went = new Int32Array(x.size * copies);
    const filled = new Int32Array(x.size);
    source.forEach((from, o) => {
      if (from < 0) return;
      const n = filled[from] as number;
      (went as Int32Array)[from * copies + n] = o;
      filled[from] = n + 1;
    });
    places.set(moves, went);
  }
  const movedIndex = new Int32Array(index.length * copies);
  const movedData = allocateLike(x, data.length * copies);
  for (let e = 0; e < index.length; e++) {
    for (let c = 0; c < copies; c++) {
      movedIndex[e * copies + c] = went[(index[e] as number) * copies + c] as number;
      movedData[e * copies + c] = data[e] as number;
    }
  }
  return { kind: "sparse", each: each * copies, index: movedIndex, data: movedData };
}

/** All elements where they went; what comes from nowhere stays. */
export function moveAll({ source }: Moves, data: Values, x: Tensor, out: Tensor, count: number): Values {
  const moved = allocateLike(out, count * out.size);
  for (let k = 0; k < count; k++) {
    for (let o = 0; o < out.size; o++) {
      const from = source[o] as number;
      moved[k * out.size + o] = (from < 0 ? out.data[o] : data[k * x.size + from]) as number;
    }
  }
  return moved;
}
