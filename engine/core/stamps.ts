/** Notices that the values of a leaf changed between the forward pass and the backward pass. */
import type { Values } from "./dtype";
import { ModelError } from "./error";
import type { Op } from "./op";
import type { Role } from "./role";
import { showShape } from "./shape";
import type { Node } from "./tape";
import { numberIn, type Tensor } from "./tensor";

/** Derivatives of these do not look at values, so that a change does no harm. */
const blind: ReadonlySet<Role> = new Set(["distributes", "moves", "gathers", "stops"]);

/** Elements looked at per leaf; of larger ones every k-th, since updates change all of them. */
const looks = 4096;

/** The stamp of an operation whose inputs are no leaves, or whose derivatives do not look at them. */
const unwatched = Number.NaN;

/** No fraction of small integers, so that changes of two elements do not add up to nothing. */
const weight = Math.SQRT1_2;
const decay = 1 - Math.SQRT1_2 / 1000;

/** A number that changes when values of a leaf among the inputs change. */
export function stampOf(op: Op, inputs: readonly Tensor[]): number {
  if (blind.has(op.role)) return unwatched;
  let stamp = unwatched;
  for (let i = 0; i < inputs.length; i++) {
    const x = inputs[i] as Tensor;
    if (x.node !== null) continue;
    const own = x.size === 1 ? finite(numberIn(x)) : mix(x.data);
    stamp = Number.isNaN(stamp) ? own : stamp * weight + own;
  }
  return stamp;
}

function mix(data: Values): number {
  const quick = mixFour(data);
  return quick - quick === 0 ? quick : mixFour(Float64Array.from(data, finite));
}

/** Four sums side by side, of which none waits for another. */
function mixFour(data: Values): number {
  const n = data.length;
  const step = n <= looks ? 1 : Math.floor(n / looks);
  const end = n - 3 * step;
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  let i = 0;
  for (; i < end; i += 4 * step) {
    a = a * decay + (data[i] as number);
    b = b * decay + (data[i + step] as number);
    c = c * decay + (data[i + 2 * step] as number);
    d = d * decay + (data[i + 3 * step] as number);
  }
  for (; i < n; i += step) a = a * decay + (data[i] as number);
  return a + weight * (b + weight * (c + weight * d));
}

/** A value, or what stands for one that would swallow all others. */
function finite(v: number): number {
  return v - v === 0 ? v : Number.isNaN(v) ? Math.E : Math.sign(v) * Math.PI;
}

/** @throws ModelError when a leaf that `node` was computed from has other values now */
export function checkUnchanged(node: Node): void {
  if (Number.isNaN(node.stamp) || Object.is(stampOf(node.op, node.inputs), node.stamp)) return;
  const leaves = node.inputs.filter((x) => x.node === null).map((x) => showShape(x.shape));
  throw new ModelError(
    `backward(): a tensor of shape ${leaves.join(" or ")} was changed after ${node.op.name}() used it, expected the values of the forward pass`,
    { hint: "change values after backward(), or compute the loss again", site: node.out.site },
  );
}
