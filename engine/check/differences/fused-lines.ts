/** The cross entropy where rows of logits move along lines: for each row and line a short series in the factor. */
import type { Node } from "../../core/tape";
import { Tensor } from "../../core/tensor";
import { crossEntropy } from "../../ops/cross-entropy";
import { type RecordedRows, recordedLosses, rowLoss, SMALL, SURE, totalLoss } from "./fused-loss";
import { addLines, type Lines } from "./lines";
import { numberRoom, placeRoom } from "./room";
import type { Sparse, Variants } from "./variants";

/** Coefficients of the series, from t to t⁵: the next one adds less than rounding does, for changes up to SMALL. */
const TERMS = 5;
/** Most coefficients that are kept. */
const KEPT = 1 << 20;

/** One table of lines at one loss. */
interface Series {
  readonly recorded: RecordedRows;
  readonly table: ArrayLike<number>;
  /** The sum of the rows' losses. */
  readonly total: number;
  /** Changes of each row up to which the series is taken; −1 where its logarithm must round as the operation's does. */
  readonly limits: Float64Array;
  /** Largest difference between two elements of each line that was met. */
  readonly spans: Float64Array;
  /** By line: TERMS coefficients for each row, NaN for those that were not met. */
  readonly coefficients: Map<number, Float64Array<ArrayBuffer>>;
  /** Room for a row. */
  readonly moved: Float64Array;
}

/** By table, what was tried: null where the series is not what the operation gives. */
const known = new WeakMap<Node, Map<ArrayLike<number>, Series | null>>();

const units = new Map<number, Float64Array>();
/** Classes up to which a changed logit is taken for a line of its own. */
const FEW_CLASSES = 128;

/** Changed logits as lines of one element; null when there are too many classes, or a change has no size. */
function asLines(node: Node, { each, index, data }: Sparse): Lines | null {
  const { x } = node;
  const length = x.shape[1] ?? 0;
  if (length > FEW_CLASSES) return null;
  const before = x.data;
  const [rows, lines] = [placeRoom(node, index.length, 0), placeRoom(node, index.length, 1)];
  const factors = numberRoom(node, index.length);
  for (let n = 0; n < index.length; n++) {
    const element = index[n] as number;
    const row = Math.floor(element / length);
    rows[n] = row;
    lines[n] = element - row * length;
    const change = (data[n] as number) - (before[element] as number);
    // What is infinite before and after does not change.
    if (!Number.isFinite(change)) return null;
    factors[n] = change;
  }
  const unit =
    units.get(length) ??
    Float64Array.from({ length: length * length }, (_, e) => (e % (length + 1) === 0 ? 1 : 0));
  units.set(length, unit);
  return { kind: "lines", each, rows, lines, factors, table: unit, length, owner: {} };
}

/** The loss of each variant; null where the node is another operation, or the series is not what it gives. */
export function crossEntropyAlong(node: Node, variants: Variants, count: number): Float64Array | null {
  if (node.op !== crossEntropy.op || variants.kind === "dense") return null;
  const lines = variants.kind === "sparse" ? asLines(node, variants) : variants;
  if (lines === null) return null;
  const series = triedSeries(node, lines);
  return series === null ? null : lossesAlong(series, lines, count);
}

/** The series of a table, tried once; null where it is not what the operation gives. */
function triedSeries(node: Node, lines: Lines): Series | null {
  const before = known.get(node) ?? new Map<ArrayLike<number>, Series | null>();
  known.set(node, before);
  const found = before.get(lines.table);
  if (found !== undefined) return found;
  const series = seriesOf(node, lines);
  const right = series !== null && isRight(node, series) ? series : null;
  before.set(lines.table, right);
  return right;
}

function seriesOf(node: Node, { table, length }: Lines): Series | null {
  const recorded = recordedLosses(node);
  if (recorded === null || recorded.classes !== length) return null;
  const total = recorded.losses.reduce((sum, loss) => sum + loss, 0);
  if (!Number.isFinite(total)) return null;
  const limits = recorded.losses.map((loss) => (loss >= SURE ? SMALL : -1));
  const spans = new Float64Array(table.length / length).fill(Number.NaN);
  const moved = new Float64Array(length);
  return { recorded, table, total, limits, spans, coefficients: new Map(), moved };
}

function lossesAlong(series: Series, variants: Lines, count: number): Float64Array {
  const { recorded, total, limits, spans } = series;
  const { each, rows, lines, factors } = variants;
  const { losses, divisor } = recorded;
  const met = new Int32Array(losses.length).fill(-1);
  const results = new Float64Array(count);
  let [line, span, terms] = [-1, 0, new Float64Array(0)];
  for (let k = 0; k < count; k++) {
    let change = 0;
    for (let n = k * each; n < (k + 1) * each; n++) {
      const row = rows[n] as number;
      const factor = factors[n] as number;
      // Two lines in one row bend each other's way.
      if (met[row] === k) {
        change = inFull(recorded, variants, k) - total;
        break;
      }
      met[row] = k;
      if (lines[n] !== line) {
        line = lines[n] as number;
        terms = termsOf(series, line);
        span = spans[line] as number;
      }
      const t = factor * span;
      // Not so for NaN.
      if (Math.abs(t) <= (limits[row] as number)) {
        const at = row * TERMS;
        if (Number.isNaN(terms[at])) fillTerms(series, terms, row, line);
        const high =
          (terms[at + 2] as number) + t * ((terms[at + 3] as number) + t * (terms[at + 4] as number));
        change += t * ((terms[at] as number) + t * ((terms[at + 1] as number) + t * high));
      } else if (factor !== 0) change += farLoss(series, row, line, factor) - (losses[row] as number);
    }
    results[k] = (total + change) / divisor;
  }
  return results;
}

/** The sum of all rows' losses when several lines meet in a row. */
function inFull(recorded: RecordedRows, variants: Lines, k: number): number {
  const logits = recorded.logits.slice();
  addLines(variants, k, logits, 0);
  return totalLoss(logits, 0, recorded);
}

/** The loss of a row that moves far. */
function farLoss({ recorded, table, moved }: Series, row: number, line: number, factor: number): number {
  const { logits, targets, classes } = recorded;
  for (let c = 0; c < classes; c++) {
    moved[c] = (logits[row * classes + c] as number) + factor * (table[line * classes + c] as number);
  }
  return rowLoss(moved, 0, classes, targets[row] as number);
}

/** The coefficients of a line, with room for each row's. */
function termsOf({ recorded, table, spans, coefficients }: Series, line: number): Float64Array<ArrayBuffer> {
  const before = coefficients.get(line);
  if (before !== undefined) return before;
  const { classes, losses } = recorded;
  let [least, most] = [Infinity, -Infinity];
  for (let e = line * classes; e < (line + 1) * classes; e++) {
    least = Math.min(least, table[e] as number);
    most = Math.max(most, table[e] as number);
  }
  spans[line] = most - least;
  const terms = new Float64Array(losses.length * TERMS).fill(Number.NaN);
  if ((coefficients.size + 1) * terms.length > KEPT) coefficients.clear();
  coefficients.set(line, terms);
  return terms;
}

/**
 * log Σ p exp(t u) − t u_target is a sum over the cumulants κ of u, taken with the shares p of the classes:
 * Σ κ_n tⁿ/n!, where u is the line over its span, counted from the target.
 */
function fillTerms({ recorded, table, spans }: Series, terms: Float64Array, row: number, line: number): void {
  const { shares, targets, classes } = recorded;
  // A line that is the same for all classes moves nothing.
  const span = spans[line] || 1;
  const own = line * classes;
  const from = row * classes;
  const target = table[own + (targets[row] as number)] as number;
  let mean = 0;
  for (let c = 0; c < classes; c++) {
    mean += (shares[from + c] as number) * (((table[own + c] as number) - target) / span);
  }
  let second = 0;
  let third = 0;
  let fourth = 0;
  let fifth = 0;
  for (let c = 0; c < classes; c++) {
    const u = ((table[own + c] as number) - target) / span - mean;
    const share = (shares[from + c] as number) * u * u;
    second += share;
    third += share * u;
    fourth += share * u * u;
    fifth += share * u * u * u;
  }
  const at = row * TERMS;
  terms[at] = mean;
  terms[at + 1] = second / 2;
  terms[at + 2] = third / 6;
  terms[at + 3] = (fourth - 3 * second * second) / 24;
  terms[at + 4] = (fifth - 10 * third * second) / 120;
}

/** Changes at which the series is held against the operation, as shares of the largest for which it is taken. */
const PROBES = [1, -1, 0.1];
/** What the operation's result may be off by rounding, in units of the last place of its largest number. */
const ROUNDING = 32;

/** Whether the series gives what the operation gives for small changes of all rows, to the last digits. */
function isRight(node: Node, series: Series): boolean {
  const { recorded, table, spans } = series;
  const { logits, losses, classes, divisor } = recorded;
  const rows = Int32Array.from(losses, (_, row) => row);
  const lines = rows.map((row) => (7 * row) % spans.length);
  const size = logits.reduce((most, v) => (Number.isFinite(v) ? Math.max(most, Math.abs(v)) : most), 1);
  const rounding = ROUNDING * Number.EPSILON * size * (losses.length / divisor);
  return PROBES.every((probe) => {
    const factors = Float64Array.from(lines, (line) => {
      termsOf(series, line);
      const span = spans[line] as number;
      return span > 0 ? (probe * SMALL) / span : 0;
    });
    const each = rows.length;
    const moved: Lines = { kind: "lines", each, rows, lines, factors, table, length: classes, owner: series };
    const values = logits.slice();
    addLines(moved, 0, values, 0);
    const wanted = node.op.forward([new Tensor(values, node.x.shape, "float64"), node.y], node.attrs).data[0];
    const got = lossesAlong(series, moved, 1)[0];
    return Math.abs((got as number) - (wanted as number)) <= rounding;
  });
}
