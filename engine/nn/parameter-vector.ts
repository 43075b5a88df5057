/** Parameters as one vector and back. */
import { showValue } from "../core/describe";
import { ModelError } from "../core/error";
import { activeTape } from "../core/tape";
import { isTensor, type Tensor } from "../core/tensor";
import { cat } from "../ops/join";
import { reshape } from "../ops/view";

function listOf(name: string, parameters: Iterable<Tensor>): Tensor[] {
  if (typeof parameters !== "object" || parameters === null || !(Symbol.iterator in parameters)) {
    throw new ModelError(`nn.utils.${name}(): found ${showValue(parameters)}, expected an array of tensors`);
  }
  const list = [...parameters];
  const wrong = list.find((p) => !isTensor(p));
  if (wrong === undefined && list.length > 0) return list;
  throw new ModelError(
    `nn.utils.${name}(): found ${showValue(wrong)} among the parameters, expected tensors`,
  );
}

/** All elements of all parameters in one row, with gradients. */
export function parametersToVector(parameters: Iterable<Tensor>): Tensor {
  return cat(listOf("parametersToVector", parameters).map((p) => reshape(p, [-1])));
}

/** Copies the elements of a row into parameters. @throws ModelError when their number is another */
export function vectorToParameters(vector: Tensor, parameters: Iterable<Tensor>): void {
  const list = listOf("vectorToParameters", parameters);
  const size = list.reduce((sum, p) => sum + p.size, 0);
  if (!isTensor(vector) || vector.size !== size) {
    throw new ModelError(
      `nn.utils.vectorToParameters(): found ${showValue(vector)}, expected a vector of ${size} elements`,
    );
  }
  let at = 0;
  for (const p of list) {
    p.data.set(vector.data.subarray(at, at + p.size));
    activeTape()?.notes.writes.note(p, "vectorToParameters");
    at += p.size;
  }
}
