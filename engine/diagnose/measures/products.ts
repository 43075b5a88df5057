/** Where a value goes into a product with another activation: attention, gates, bilinear forms. */
import { lazily } from "../lazily";
import { isView, type Operations, operationsOf } from "./operations";

const products: ReadonlySet<string> = new Set(["matmul", "einsum", "dot", "outer", "mul", "div"]);

/** What a value passes on its way into attention without being another value. */
const passes: ReadonlySet<string> = new Set([
  "narrow",
  "select",
  "mul",
  "div",
  "maskedFill",
  "where",
  "softmax",
  "dropout",
]);

/** Whether a value is multiplied by another one that is learned but no weight. */
export const entersProduct = lazily((traced): ((node: number) => boolean) => {
  const operations = operationsOf(traced);
  const known = new Map<number, boolean>();
  const enters = (node: number, depth: number): boolean => {
    const before = known.get(node);
    if (before !== undefined || depth === 0) return before ?? false;
    const found = operations.users(node).some((user) => {
      if (isProduct(operations, user)) return true;
      return (isView(operations, user) || passes.has(operations.op(user))) && enters(user, depth - 1);
    });
    known.set(node, found);
    return found;
  };
  return (node) => enters(node, 12);
});

function isProduct(operations: Operations, node: number): boolean {
  const op = operations.op(node);
  if (op === "scaledDotProductAttention") return true;
  if (!products.has(op)) return false;
  const inputs = operations.inputs(node);
  return (
    inputs.length > 1 && inputs.every((input) => operations.isLearned(input) && !operations.isWeight(input))
  );
}
