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
const looks = 128;

/** A number that changes when values of a leaf among the inputs change; 0 when it does not matter. */
export function stampOf(op: Op, inputs: readonly Tensor[]): number {
  let stamp = 0;
  for (let i = 0; i < inputs.length; i++) {
    const x = inputs[i] as Tensor;
    if (x.node === null && !blind.has(op.role)) stamp += (i + 1) * (x.size === 1 ? x.item() : mix(x.data));
  }
  return stamp;
}

function mix(data: Values): number {
  const n = data.length;
  const step = n <= looks ? 1 : Math.floor(n / looks);
  let sum = 0;
  for (let i = 0; i < n; i += step) sum = sum * 0.999 + (data[i] as number);
  return sum;
}

/** @throws ModelError when a leaf that `node` was computed from has other values now */
export function checkUnchanged(node: Node): void {
  if (node.stamp === 0 || Object.is(stampOf(node.op, node.inputs), node.stamp)) return;
  const leaves = node.inputs.filter((x) => x.node === null).map((x) => showShape(x.shape));
  throw new ModelError(
    `backward(): a tensor of shape ${leaves.join(" or ")} was changed after ${node.op.name}() used it, expected the values of the forward pass`,
    { hint: "change values after backward(), or compute the loss again", site: node.out.site },
  );
}
