/** One step of a recurrent network, made of recorded operations: every gate can be looked at. */

import { describeValue } from "../core/describe";
import { ModelError } from "../core/error";
import { choice } from "../core/kinds";
import { inFunction } from "../core/op";
import { showShape } from "../core/shape";
import { arrange, takes } from "../core/signature";
import type { Tensor } from "../core/tensor";
import { relu } from "./activations";
import { checkTensor, type Maybe, readArgs } from "./arguments";
import { add, mul, sub } from "./arithmetic";
import { chunk } from "./join";
import { linear } from "./linear";
import { sigmoid } from "./smooth-activations";
import { tanh } from "./trigonometry";

/** What `rnnCell` takes besides its tensors. */
export interface RnnCellOptions {
  /** What the sum passes; "tanh" when left out. */
  nonlinearity?: "tanh" | "relu";
}

type RnnArgs = [
  x: Tensor,
  h: Tensor,
  weightIh: Tensor,
  weightHh: Tensor,
  biasIh?: Maybe | RnnCellOptions,
  biasHh?: Maybe,
  options?: RnnCellOptions,
];

const names = ["x", "h", "weightIh", "weightHh", "biasIh", "biasHh"];
const takesGate = takes(names, {}, { named: { nonlinearity: choice("tanh", "relu") } });
const takesGates = takes(names);
const takesCell = takes(["x", "state", ...names.slice(2)]);

/** tanh(x Wᵢₕᵀ + bᵢₕ + h Wₕₕᵀ + bₕₕ): the next state, [items, hidden]. */
export function rnnCell(...args: RnnArgs): Tensor {
  const { tensors, options } = inFunction("rnnCell", () =>
    readArgs<RnnCellOptions>(arrange(takesGate, args), names, 4),
  );
  const [x, h, weightIh, weightHh, biasIh, biasHh] = tensors as [
    Tensor,
    Tensor,
    Tensor,
    Tensor,
    Maybe,
    Maybe,
  ];
  checkGates("rnnCell", weightHh, 1);
  const sum = add(linear(x, weightIh, biasIh), linear(h, weightHh, biasHh));
  return options.nonlinearity === "relu" ? relu(sum) : tanh(sum);
}

/** The next state and cell of a long short-term memory; weights hold the gates in, forget, cell, out. */
export function lstmCell(
  x: Tensor,
  state: readonly [h: Tensor, c: Tensor],
  weightIh: Tensor,
  weightHh: Tensor,
  biasIh?: Maybe,
  biasHh?: Maybe,
  ...surplus: []
): [h: Tensor, c: Tensor] {
  inFunction("lstmCell", () =>
    arrange(takesCell, [x, state, weightIh, weightHh, biasIh, biasHh, ...surplus]),
  );
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
  ...surplus: []
): Tensor {
  inFunction("gruCell", () => arrange(takesGates, [x, h, weightIh, weightHh, biasIh, biasHh, ...surplus]));
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
  throw new ModelError(`lstmCell(): the state is ${describeValue(state)}, expected an array of h and c`);
}

function checkGates(name: string, weight: Tensor, gates: number): void {
  checkTensor(weight, `${name}(): weightHh`);
  const [rows, hidden] = weight.shape;
  if (weight.ndim === 2 && rows === gates * (hidden as number)) return;
  const expected = gates === 1 ? "[hidden, hidden]" : `[${gates} · hidden, hidden]`;
  throw new ModelError(`${name}(): weightHh has shape ${showShape(weight.shape)}, expected ${expected}`);
}
