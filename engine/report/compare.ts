/** Two runs side by side: any two reports, aligned by name, place and structure. */
import { type Alignment, align } from "./comparing/align";
import { compareNorms, FACTOR, isChanged, type Norm, plainNorm } from "./comparing/gradients";
import { outlineOf } from "./comparing/outline";
import type {
  ComparedFindings,
  ComparedLayer,
  ComparedParameter,
  ComparedRun,
  NodeChange,
  NodePair,
  RunComparison,
} from "./comparison";
import { followFindings } from "./follow-findings";
import type { Report, ReportNode, Stats } from "./report";

export { compareNorms, isChanged, showChange, sizeOfChange } from "./comparing/gradients";
export * from "./comparison";

/** @param factor beyond which a gradient counts as changed */
export function compareReports(a: Report, b: Report, factor = FACTOR): RunComparison {
  const alignment = align(outlineOf(a), outlineOf(b));
  const { nodes } = alignment;
  const [inA, inB] = [[...a.nodes], [...b.nodes]];
  const pairs = nodes
    .pairs()
    .map(([i, j]) => comparePair(inA[i] as ReportNode, inB[j] as ReportNode, factor));
  const alone = (linked: Int32Array) => [...linked].flatMap((other, node) => (other === -1 ? [node] : []));
  const [onlyA, onlyB] = [alone(nodes.toB), alone(nodes.toA)];
  return {
    a: runOf(a, inA),
    b: runOf(b, inB),
    factor,
    isIdentical:
      onlyA.length + onlyB.length === 0 && sameNumber(a.loss?.value, b.loss?.value) && pairs.every(isSame),
    pairs,
    onlyA,
    onlyB,
    parameters: compareParameters(a, b, alignment, factor),
    layers: compareLayers(a, b, alignment, factor),
    findings: compareFindings(a, b, alignment),
  };
}

function runOf({ file, dtype, device, loss }: Report, nodes: readonly ReportNode[]): ComparedRun {
  const operations = nodes.filter(({ kind }) => kind === "operation").length;
  return { file, dtype, device: device.used, loss: loss?.value ?? null, operations };
}

function comparePair(a: ReportNode, b: ReportNode, factor: number): NodePair {
  const gradient = compareNorms(normOf(a.grad), normOf(b.grad), factor);
  const changes: NodeChange[] = [];
  if (a.op !== b.op) changes.push("op");
  if (a.name !== b.name) changes.push("name");
  if (a.shape.length !== b.shape.length || a.shape.some((n, i) => n !== b.shape[i])) changes.push("shape");
  if (a.dtype !== b.dtype) changes.push("dtype");
  if (isChanged(gradient)) changes.push("gradient");
  return {
    a: a.id,
    b: b.id,
    changes,
    value: { a: a.value.norm, b: b.value.norm },
    gradient,
    gain: { a: a.gain, b: b.gain },
  };
}

function normOf(stats: Stats | null): Norm | null {
  return stats && { norm: stats.norm, isFinite: stats.nonFinite === 0 && Number.isFinite(stats.norm) };
}

function isSame({ changes, value, gradient }: NodePair): boolean {
  if (changes.some((change) => change !== "name")) return false;
  return sameNumber(value.a, value.b) && sameNumber(gradient.a, gradient.b);
}

function sameNumber(a: number | null | undefined, b: number | null | undefined): boolean {
  return Object.is(a ?? null, b ?? null);
}

/** In the order of A; at the end what B alone has. */
function compareParameters(a: Report, b: Report, { nodes }: Alignment, factor: number): ComparedParameter[] {
  const before = new Map([...a.parameters].map((each) => [each.node, each]));
  const after = new Map([...b.parameters].map((each) => [each.node, each]));
  const both = [...a.parameters].map((each) => ({
    a: each,
    b: after.get(nodes.toB[each.node] ?? -1) ?? null,
  }));
  const added = [...b.parameters].filter(({ node }) => !before.has(nodes.toA[node] ?? -1));
  return [...both, ...added.map((each) => ({ a: null, b: each }))].map(({ a, b }): ComparedParameter => {
    return {
      a: a?.name ?? null,
      b: b?.name ?? null,
      gradient: compareNorms(plainNorm(a?.gradNorm ?? null), plainNorm(b?.gradNorm ?? null), factor),
      nodes: { a: a?.node ?? null, b: b?.node ?? null },
      shapes: { a: a?.shape ?? null, b: b?.shape ?? null },
    };
  });
}

/** All but the run itself, which has no name. */
function compareLayers(a: Report, b: Report, { layers }: Alignment, factor: number): ComparedLayer[] {
  const row = (i: number | null, j: number | null): ComparedLayer => {
    const [x, y] = [i === null ? undefined : a.scopes[i], j === null ? undefined : b.scopes[j]];
    return {
      a: x?.path ?? null,
      b: y?.path ?? null,
      gradient: compareNorms(plainNorm(x?.gradNorm ?? null), plainNorm(y?.gradNorm ?? null), factor),
      scopes: { a: i, b: j },
      types: { a: x?.type ?? null, b: y?.type ?? null },
    };
  };
  const toB = new Map(layers.pairs);
  const taken = new Set(toB.values());
  const rows = layers.a.map((_, i) => row(i, toB.get(i) ?? null));
  layers.b.forEach((_, j) => {
    if (!taken.has(j)) rows.push(row(null, j));
  });
  return rows.slice(1);
}

/** A finding is the same when its rule looks at the same tensor, or at none in both, or once only in each. */
function compareFindings(a: Report, b: Report, { nodes }: Alignment): ComparedFindings {
  const { gone, fresh, pairs } = followFindings(a.findings, b.findings, [
    (before, after) => before.node === (after.node === null ? null : (nodes.toA[after.node] ?? -1)),
  ]);
  return { gone, new: fresh, kept: pairs.map(([, after]) => after) };
}
