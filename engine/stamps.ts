/** Notices that the values of a leaf changed between the forward pass and the backward pass. */
import type { Values } from "./dtype";
import { ModelError } from "./error";
import type { Op } from "./op";
import type { Role } from "./role";
import { showShape } from "./shape";
import type { Node } from "./tape";
import type { Tensor } from "./tensor";

/** Derivatives of these do not look at values, so that a change does no harm. */
const blind: ReadonlySet<Role> = new Set(["distributes", "moves", "gathers", "stops"]);

/** Elements looked at per leaf; of larger ones every k-th, since updates change all of them. */
const looks = 4096;

/** The stamp of an operation whose inputs are no leaves, or whose derivatives do not look at them. */
export const unwatched = Number.NaN;

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
    const own = x.size === 1 ? finite(x.item()) : mix(x.data);
    stamp = Number.isNaN(stamp) ? own : stamp * weight + own;
  }
  return stamp;
}

function mix(data: Values): number {
  const n = data.length;
  const step = n <= looks ? 1 : Math.floor(n / looks);
  let sum = 0;
  for (let i = 0; i < n; i += step) sum = sum * decay + finite(data[i] as number);
  return sum;
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
