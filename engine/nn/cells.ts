/** One step of a recurrent network as a layer: RNNCell, LSTMCell, GRUCell. */

import { describeValue } from "../core/describe";
import { inFunction, ModelError } from "../core/error";
import { choice, flag } from "../core/kinds";
import type { Positions } from "../core/op";
import { showShape } from "../core/shape";
import { arrange, type Kinds, takes } from "../core/signature";
import { requireGrad, type Tensor, zeroFilled } from "../core/tensor";
import { zeros } from "../creation/create";
import { checkTensor } from "../ops/arguments";
import { gruCell, lstmCell, type RnnCellOptions, rnnCell } from "../ops/recurrent";
import { squeeze, unsqueeze } from "../ops/squeeze";
import { uniform } from "./init";
import { Module } from "./module";
import { checkSize } from "./options";

/** What the cells take besides their sizes. */
export interface CellOptions {
  /** Whether biases are added; true when left out. */
  bias?: boolean;
}

type CellArgs<O> = [inputSize: number, hiddenSize: number, ...Positions<[bias?: boolean], O>];

/** Weights and biases of one step, drawn as PyTorch draws them. */
abstract class Cell<O extends CellOptions> extends Module {
  /** Size of one step's input. */
  readonly inputSize: number;
  /** Size of the state. */
  readonly hiddenSize: number;
  /** Weights of the input, [gates · hiddenSize, inputSize]. */
  weight_ih: Tensor;
  /** Weights of the state, [gates · hiddenSize, hiddenSize]. */
  weight_hh: Tensor;
  /** Bias beside the weights of the input, [gates · hiddenSize]; null without. */
  bias_ih: Tensor | null;
  /** Bias beside the weights of the state, [gates · hiddenSize]; null without. */
  bias_hh: Tensor | null;
  protected readonly options: O;

  constructor(gates: number, args: readonly unknown[], more: Kinds = {}) {
    super();
    const layer = `nn.${this.constructor.name}`;
    const signature = takes(["inputSize", "hiddenSize"], { bias: flag, ...more });
    const read = inFunction(layer, () => arrange(signature, args)) as [number, number, O?];
    const [inputSize, hiddenSize, options] = read;
    checkSize(layer, { inputSize, hiddenSize });
    this.inputSize = inputSize;
    this.hiddenSize = hiddenSize;
    this.options = options ?? ({} as O);
    const bound = 1 / Math.sqrt(hiddenSize);
    const draw = (shape: number[]) => requireGrad(uniform(zeroFilled(shape), { a: -bound, b: bound }));
    const withBias = options?.bias ?? true;
    this.weight_ih = draw([gates * hiddenSize, inputSize]);
    this.weight_hh = draw([gates * hiddenSize, hiddenSize]);
    this.bias_ih = withBias ? draw([gates * hiddenSize]) : null;
    this.bias_hh = withBias ? draw([gates * hiddenSize]) : null;
  }

  /** The input as [items, size]; and how a result gets back to what was given. */
  protected read(x: Tensor): { x: Tensor; back: (out: Tensor) => Tensor } {
    checkTensor(x, `nn.${this.constructor.name}: x`);
    if ((x.ndim !== 1 && x.ndim !== 2) || x.shape.at(-1) !== this.inputSize) {
      throw new ModelError(
        `nn.${this.constructor.name}: x has shape ${showShape(x.shape)}, expected [items, ${this.inputSize}] or [${this.inputSize}]`,
      );
    }
    if (x.ndim === 2) return { x, back: (out) => out };
    return { x: unsqueeze(x, 0), back: (out) => squeeze(out, 0) };
  }

  /** A state as [items, hidden]; zeros when it was left out. */
  protected state(h: Tensor | undefined, x: Tensor): Tensor {
    const items = x.shape[0] as number;
    if (h === undefined) return zeros([items, this.hiddenSize], { dtype: x.dtype });
    const state = checkTensor(h, `nn.${this.constructor.name}: state`).ndim === 1 ? unsqueeze(h, 0) : h;
    if (state.ndim === 2 && state.shape[0] === items && state.shape[1] === this.hiddenSize) return state;
    throw new ModelError(
      `nn.${this.constructor.name}: the state has shape ${showShape(h.shape)}, expected [${items}, ${this.hiddenSize}]`,
    );
  }

  protected get weights() {
    return [this.weight_ih, this.weight_hh, this.bias_ih, this.bias_hh] as const;
  }
}

/** What `nn.RNNCell` takes besides its sizes. */
export interface RNNCellOptions extends CellOptions, RnnCellOptions {}

/** `rnnCell` with weights: tanh (or relu) of the input and the last state. */
export class RNNCell extends Cell<RNNCellOptions> {
  constructor(
    ...args: [
      inputSize: number,
      hiddenSize: number,
      ...Positions<[bias?: boolean, nonlinearity?: "tanh" | "relu"], RNNCellOptions>,
    ]
  ) {
    super(1, args, { nonlinearity: choice("tanh", "relu") });
  }

  /** The next state; x is [items, size] or [size]. */
  forward(x: Tensor, h?: Tensor): Tensor {
    const input = this.read(x);
    const { nonlinearity = "tanh" } = this.options;
    return input.back(rnnCell(input.x, this.state(h, input.x), ...this.weights, { nonlinearity }));
  }
}

/** `gruCell` with weights. Cho et al. (2014). */
export class GRUCell extends Cell<CellOptions> {
  constructor(...args: CellArgs<CellOptions>) {
    super(3, args);
  }

  /** The next state; x is [items, size] or [size]. */
  forward(x: Tensor, h?: Tensor): Tensor {
    const input = this.read(x);
    return input.back(gruCell(input.x, this.state(h, input.x), ...this.weights));
  }
}

/** `lstmCell` with weights. Hochreiter and Schmidhuber (1997). */
export class LSTMCell extends Cell<CellOptions> {
  constructor(...args: CellArgs<CellOptions>) {
    super(4, args);
  }

  /** The next state and cell; x is [items, size] or [size]. */
  forward(x: Tensor, initial?: readonly [h: Tensor, c: Tensor]): [h: Tensor, c: Tensor] {
    if (initial !== undefined && !(Array.isArray(initial) && initial.length === 2)) {
      throw new ModelError(
        `nn.LSTMCell: the initial state is ${describeValue(initial)}, expected an array of h and c`,
      );
    }
    const input = this.read(x);
    const state = [this.state(initial?.[0], input.x), this.state(initial?.[1], input.x)] as const;
    const [h, c] = lstmCell(input.x, state, ...this.weights);
    return [input.back(h), input.back(c)];
  }
}
