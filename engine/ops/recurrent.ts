/** One step of a recurrent network, made of recorded operations: every gate can be looked at. */
import { ModelError } from "../error";
import { checkChoice } from "../options";
import { showShape } from "../shape";
import type { Tensor } from "../tensor";
import { relu } from "./activations";
import { checkTensor, type Maybe, readArgs } from "./arguments";
import { add, mul, sub } from "./arithmetic";
import { describe } from "./elementwise";
import { chunk } from "./join";
import { linear } from "./linear";
import { sigmoid } from "./smooth-activations";
import { tanh } from "./trigonometry";

export interface RnnCellOptions {
  nonlinearity?: "tanh" | "relu";
}

type RnnArgs =
  | [Tensor, Tensor, Tensor, Tensor, RnnCellOptions?]
  | [Tensor, Tensor, Tensor, Tensor, Maybe, Maybe, RnnCellOptions?];

const names = ["x", "h", "weightIh", "weightHh", "biasIh", "biasHh"];

/** tanh(x Wᵢₕᵀ + bᵢₕ + h Wₕₕᵀ + bₕₕ): the next state, [items, hidden]. */
export function rnnCell(...args: RnnArgs): Tensor {
  const { tensors, options } = readArgs<RnnCellOptions>(args, names, 4, ["nonlinearity"]);
  const [x, h, weightIh, weightHh, biasIh, biasHh] = tensors as [
    Tensor,
    Tensor,
    Tensor,
    Tensor,
    Maybe,
    Maybe,
  ];
  checkGates("rnnCell", weightHh, 1);
  const kind = checkChoice(options.nonlinearity ?? "tanh", ["tanh", "relu"], "rnnCell(): nonlinearity");
  const sum = add(linear(x, weightIh, biasIh), linear(h, weightHh, biasHh));
  return kind === "tanh" ? tanh(sum) : relu(sum);
}

/** The next state and cell of a long short-term memory; weights hold the gates in, forget, cell, out. */
export function lstmCell(
  x: Tensor,
  state: readonly [h: Tensor, c: Tensor],
  weightIh: Tensor,
  weightHh: Tensor,
  biasIh?: Maybe,
  biasHh?: Maybe,
): [h: Tensor, c: Tensor] {
  checkGates("lstmCell", weightHh, 4);
  const [h, c] = readState(state);
  const gates = add(linear(x, weightIh, biasIh), linear(h, weightHh, biasHh));
  const [input, forget, cell, output] = chunk(gates, 4, { dim: -1 }) as [Tensor, Tensor, Tensor, Tensor];
  const next = add(mul(sigmoid(forget), c), mul(sigmoid(input), tanh(cell)));
  return [mul(sigmoid(output), tanh(next)), next];
}

/** The next state of a gated recurrent unit; weights hold the gates reset, update, new. */
export function gruCell(
  x: Tensor,
  h: Tensor,
  weightIh: Tensor,
  weightHh: Tensor,
  biasIh?: Maybe,
  biasHh?: Maybe,
): Tensor {
  checkGates("gruCell", weightHh, 3);
  type Gates = [Tensor, Tensor, Tensor];
  const [resetX, updateX, newX] = chunk(linear(x, weightIh, biasIh), 3, { dim: -1 }) as Gates;
  const [resetH, updateH, newH] = chunk(linear(h, weightHh, biasHh), 3, { dim: -1 }) as Gates;
  const reset = sigmoid(add(resetX, resetH));
  const update = sigmoid(add(updateX, updateH));
  const candidate = tanh(add(newX, mul(reset, newH)));
  return add(candidate, mul(update, sub(h, candidate)));
}

function readState(state: unknown): [Tensor, Tensor] {
  if (Array.isArray(state) && state.length === 2) {
    return [checkTensor(state[0], "lstmCell(): h"), checkTensor(state[1], "lstmCell(): c")];
  }
  throw new ModelError(`lstmCell(): the state is ${describe(state)}, expected an array of h and c`);
}

function checkGates(name: string, weight: Tensor, gates: number): void {
  checkTensor(weight, `${name}(): weightHh`);
  const [rows, hidden] = weight.shape;
  if (weight.ndim === 2 && rows === gates * (hidden as number)) return;
  const expected = gates === 1 ? "[hidden, hidden]" : `[${gates} · hidden, hidden]`;
  throw new ModelError(`${name}(): weightHh has shape ${showShape(weight.shape)}, expected ${expected}`);
}
