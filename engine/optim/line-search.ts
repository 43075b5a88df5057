/** A step length that fulfils the strong Wolfe conditions, by cubic interpolation, as PyTorch's L-BFGS finds it. */

export type Vector = Float64Array;

/** A place on the line: how far, the loss, its gradient, and the slope along the line. */
export interface LinePoint {
  readonly t: number;
  readonly loss: number;
  readonly gradient: Vector;
  readonly slope: number;
}

export interface LineSearch {
  /** The loss and its gradient after a step of length t. */
  evaluate(t: number): LinePoint;
  /** The place that the line starts from. */
  readonly start: LinePoint;
  /** The first step to try. */
  readonly first: number;
  /** The largest element of the direction: steps below `tolerance` over it are none. */
  readonly size: number;
  readonly tolerance: number;
}

const enoughDescent = 1e-4;
const enoughCurvature = 0.9;
const mostTrials = 25;

/** The step taken and how many times the loss was evaluated. Nocedal and Wright (2006), algorithms 3.5 and 3.6. */
export function strongWolfe(search: LineSearch): { point: LinePoint; evaluations: number } {
  const { points, trials, done } = bracket(search);
  const result = done ? { point: points[0] as LinePoint, trials } : zoom(search, points, trials);
  return { point: result.point, evaluations: result.trials + 1 };
}

function isTooHigh(point: LinePoint, start: LinePoint): boolean {
  return point.loss > start.loss + enoughDescent * point.t * start.slope;
}

function isFlat(point: LinePoint, start: LinePoint): boolean {
  return Math.abs(point.slope) <= -enoughCurvature * start.slope;
}

/** Two places with a good one between them; or one good place. */
function bracket({ evaluate, start, first }: LineSearch) {
  let before = start;
  let now = evaluate(first);
  let trials = 0;
  for (; trials < mostTrials; trials++) {
    if (isTooHigh(now, start) || (trials > 1 && now.loss >= before.loss)) {
      return { points: [before, now], trials, done: false };
    }
    if (isFlat(now, start)) return { points: [now], trials, done: true };
    if (now.slope >= 0) return { points: [before, now], trials, done: false };
    const bounds = [now.t + 0.01 * (now.t - before.t), now.t * 10] as const;
    const t = interpolate(before, now, bounds);
    before = now;
    now = evaluate(t);
  }
  return { points: [start, now], trials, done: false };
}

/** Shrinks the bracket until a place in it is good. */
function zoom(
  { evaluate, start, size, tolerance }: LineSearch,
  [a, b]: readonly LinePoint[],
  trials: number,
) {
  let [low, high] = order(a as LinePoint, b as LinePoint);
  let isStuck = false;
  let tried = trials;
  while (tried < mostTrials && Math.abs(high.t - low.t) * size >= tolerance) {
    const [left, right] = [Math.min(low.t, high.t), Math.max(low.t, high.t)];
    const cubic = interpolate(low, high);
    const margin = 0.1 * (right - left);
    const isClose = Math.min(right - cubic, cubic - left) < margin;
    const isPushed: boolean = isClose && (isStuck || cubic >= right || cubic <= left);
    const pushed = Math.abs(cubic - right) < Math.abs(cubic - left) ? right - margin : left + margin;
    isStuck = isClose && !isPushed;
    const now = evaluate(isPushed ? pushed : cubic);
    tried++;
    if (isTooHigh(now, start) || now.loss >= low.loss) [low, high] = order(low, now);
    else {
      if (isFlat(now, start)) return { point: now, trials: tried };
      if (now.slope * (high.t - low.t) >= 0) high = low;
      low = now;
    }
  }
  return { point: low, trials: tried };
}

const order = (a: LinePoint, b: LinePoint): [low: LinePoint, high: LinePoint] =>
  a.loss <= b.loss ? [a, b] : [b, a];

/** Where the cubic through both places, with their slopes, is lowest. */
function interpolate(a: LinePoint, b: LinePoint, bounds?: readonly [number, number]): number {
  const [least, most] = bounds ?? (a.t <= b.t ? [a.t, b.t] : [b.t, a.t]);
  const d1 = a.slope + b.slope - (3 * (a.loss - b.loss)) / (a.t - b.t);
  const square = d1 ** 2 - a.slope * b.slope;
  if (!(square >= 0)) return (least + most) / 2;
  const d2 = Math.sqrt(square);
  const lowest =
    a.t <= b.t
      ? b.t - (b.t - a.t) * ((b.slope + d2 - d1) / (b.slope - a.slope + 2 * d2))
      : a.t - (a.t - b.t) * ((a.slope + d2 - d1) / (a.slope - b.slope + 2 * d2));
  return Math.min(Math.max(lowest, least), most);
}
