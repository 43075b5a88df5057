/** What each operation hands back to its inputs: the steps of the backward pass, from the last operation to the first. */
import { IS_LEAF } from "./names";
import { at, type Trace } from "./trace";

/** What an operation hands back to one of its inputs. */
export interface Step {
  /** The operation's node, and its input. */
  readonly node: number;
  readonly input: number;
  /** Position among the operation's inputs. */
  readonly position: number;
  /** Euclidean norm of what is handed back; null when nothing is. NaN when it is not finite. */
  readonly norm: number | null;
  /** Its part of all that the uses of this input hand back, by norm; null when nothing is handed back. */
  readonly share: number | null;
}

export interface Steps {
  /** Those of one operation, by position. */
  of(node: number): readonly Step[];
  /** Norm of all that a node hands back over the norm of the gradient it received; null without a gradient, or one of zero. */
  gain(node: number): number | null;
  /** Nodes of the forward pass, in the order in which they were computed. */
  readonly forward: readonly number[];
  /** Operations in the order in which the backward pass came by: those that a gradient reached. */
  readonly backward: readonly number[];
}

/** In the place of a norm: an operation that hands nothing back along this edge, though others give its input a gradient. */
export const NOTHING = -1;

/** The norm of a gradient, with NaN for one that is not finite everywhere. */
type NormOf = (node: number) => number | null;

export function stepsOf(trace: Trace): Steps {
  const { nodes, edges, handed } = trace.tables;
  const count = nodes.operation.length;
  const starts = startsOf(nodes.inputs);
  const own = new Map<number, number>();
  for (let row = 0; row < handed.edge.length; row++) own.set(at(handed.edge, row), at(handed.norm, row));
  const gradNorm = gradientNorms(trace);
  const normAt = (edge: number, node: number): number | null => {
    if (gradNorm(node) === null) return null;
    const norm = own.get(edge) ?? gradNorm(at(edges.input, edge));
    return norm === NOTHING ? null : norm;
  };
  // A detached value is a leaf: no backward pass comes by.
  const isOperation = (node: number) => at(nodes.operation, node) > 0 && !(at(nodes.flags, node) & IS_LEAF);
  let known: Float64Array | null = null;
  /** What all uses of each node hand back to it. */
  const totals = () => {
    if (known !== null) return known;
    known = new Float64Array(count);
    for (let node = 0; node < count; node++)
      for (let edge = starts[node] as number; edge < (starts[node + 1] as number); edge++) {
        const input = at(edges.input, edge);
        known[input] = (known[input] as number) + (normAt(edge, node) ?? 0);
      }
    return known;
  };
  const of = (node: number): Step[] => {
    const first = starts[node] as number;
    return Array.from({ length: (starts[node + 1] as number) - first }, (_, position): Step => {
      const input = at(edges.input, first + position);
      const norm = normAt(first + position, node);
      const total = totals()[input] as number;
      return { node, input, position, norm, share: norm === null ? null : total === 0 ? 0 : norm / total };
    });
  };
  const gain = (node: number): number | null => {
    const received = gradNorm(node);
    if (received === null || received === 0 || !isOperation(node)) return null;
    let norm = 0;
    for (let edge = starts[node] as number; edge < (starts[node + 1] as number); edge++)
      norm = Math.hypot(norm, normAt(edge, node) ?? 0);
    return norm / received;
  };
  const forward = Array.from({ length: count }, (_, node) => node);
  const backward = forward.filter((node) => isOperation(node) && gradNorm(node) !== null).reverse();
  return { of, gain, forward, backward };
}

/** Where the edges of each node begin, and where the last one's end. */
export function startsOf(counts: ArrayLike<number>): Uint32Array {
  const starts = new Uint32Array(counts.length + 1);
  for (let i = 0; i < counts.length; i++) starts[i + 1] = (starts[i] as number) + at(counts, i);
  return starts;
}

function gradientNorms({ tables }: Trace): NormOf {
  const { gradients } = tables;
  const norms = new Map<number, number>();
  for (let row = 0; row < gradients.node.length; row++)
    norms.set(
      at(gradients.node, row),
      at(gradients.nonFinite, row) > 0 ? Number.NaN : at(gradients.norm, row),
    );
  return (node) => norms.get(node) ?? null;
}
