/** The memory limit, as far as it can be kept from within: asked before each tensor is made. */
import { guardAllocations, showSize } from "../core/dtype";
import { showNumber } from "../core/number-text";
import { bytesInUse, collectUnreachable, setMemoryBudget } from "../kernels";
import { ModelProblem } from "./model-problem";

const MIB = 2 ** 20;
/** Sizes that add up to less are not worth asking the process about. */
const STRIDE = 16 * MIB;

export const memoryHint = "make the tensors smaller, or raise the limit with the setting gradlens.memory";

/** Tensors and heap together. */
function usedBytes(): number {
  const { arrayBuffers, heapUsed } = process.memoryUsage();
  return arrayBuffers + heapUsed + bytesInUse();
}

/** From now on tensors that would not fit are refused, with a message that names their size. */
export function limitMemory(memoryMiB: number): void {
  const limit = memoryMiB * MIB;
  // Tensors in the kernels' memory are given back late: what waits there must stay a small part.
  setMemoryBudget(Math.min(256 * MIB, limit / 4));
  let sinceLook = 0;
  guardAllocations((bytes, dtype, size) => {
    sinceLook += bytes;
    if (sinceLook < STRIDE) return;
    sinceLook = 0;
    if (usedBytes() + bytes <= limit) return;
    collectUnreachable();
    const used = usedBytes();
    if (used + bytes <= limit) return;
    throw new ModelProblem(
      `The run needs more memory than its limit of ${showBytes(limit)}: it holds ${showBytes(used)}, and ${showSize(dtype, size)} takes ${showBytes(bytes)} more`,
      { kind: "memory", hint: memoryHint },
    );
  });
}

export function showBytes(bytes: number): string {
  const [unit, size] = bytes >= 1024 * MIB ? ["GiB", 1024 * MIB] : ["MiB", MIB];
  return `${showNumber(bytes / size, 3)} ${unit}`;
}
