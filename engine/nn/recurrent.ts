/** Recurrent layers: RNN, LSTM, GRU, in several layers and both directions. */

import { describeValue } from "../core/describe";
import { askForRoom, getDefaultDtype } from "../core/dtype";
import { ModelError } from "../core/error";
import { choice, flag, probability, size } from "../core/kinds";
import type { Positions } from "../core/op";
import type { Widest } from "../core/op-function";
import { sameShape, showShape } from "../core/shape";
import { readCall, takes } from "../core/signature";
import { requireGrad, type Tensor, zeroFilled } from "../core/tensor";
import { zeros } from "../creation/create";
import { checkTensor } from "../ops/arguments";
import { dropout } from "../ops/dropout";
import { cat, stack } from "../ops/join";
import { narrow } from "../ops/pad";
import { flip } from "../ops/rearrange";
import { gruCell, lstmCell, rnnCell } from "../ops/recurrent";
import { squeeze, unsqueeze } from "../ops/squeeze";
import { transpose } from "../ops/view";
import { uniform } from "./init";
import { Module } from "./module";
import { checkSize } from "./options";

/** What recurrent layers take besides their sizes. */
export interface RecurrentOptions {
  /** How many layers stand on each other; 1 when left out. */
  numLayers?: number;
  /** Whether biases are added; true when left out. */
  bias?: boolean;
  /** Inputs and outputs are [items, steps, size] instead of [steps, items, size]; false when left out. */
  batchFirst?: boolean;
  /** Probability with which outputs between layers are dropped in training; 0 when left out. */
  dropout?: number;
  /** Runs each layer in both directions and joins their outputs; false when left out. */
  bidirectional?: boolean;
}

const sizes = ["inputSize", "hiddenSize"];
const rest = { bias: flag, batchFirst: flag, dropout: probability, bidirectional: flag };
const takesGates = takes(sizes, { numLayers: size, ...rest });
const takesRnn = takes(sizes, { numLayers: size, nonlinearity: choice("tanh", "relu"), ...rest });

type RecurrentArgs<O = RecurrentOptions> = [inputSize: number, hiddenSize: number, options?: O];
type RecurrentPositions = [
  inputSize: number,
  hiddenSize: number,
  ...Positions<
    [numLayers?: number, bias?: boolean, batchFirst?: boolean, dropout?: number, bidirectional?: boolean],
    RecurrentOptions
  >,
];
type RnnPositions = [
  inputSize: number,
  hiddenSize: number,
  ...Positions<
    [
      numLayers?: number,
      nonlinearity?: "tanh" | "relu",
      bias?: boolean,
      batchFirst?: boolean,
      dropout?: number,
      bidirectional?: boolean,
    ],
    RnnOptions
  >,
];

/** The weights of one direction of one layer: input, hidden, and perhaps their biases. */
type Weights = readonly [Tensor, Tensor, Tensor | undefined, Tensor | undefined];

/** What is carried from step to step: the state, and for an LSTM the cell. */
type State = readonly Tensor[];

/** What recurrent layers share. */
abstract class Recurrent extends Module {
  private readonly numLayers: number;
  private readonly batchFirst: boolean;
  private readonly dropoutP: number;
  private readonly directions: number;
  /** Tensors of the state. */
  protected readonly states: number = 1;

  constructor(
    /** Size of one step's input. */
    readonly inputSize: number,
    /** Size of the state. */
    readonly hiddenSize: number,
    gates: number,
    options: RecurrentOptions,
  ) {
    super();
    const { numLayers = 1, bias = true, batchFirst = false, bidirectional = false } = options;
    checkSize(`nn.${this.constructor.name}`, { inputSize, hiddenSize, numLayers });
    this.numLayers = numLayers;
    this.batchFirst = batchFirst;
    this.dropoutP = options.dropout ?? 0;
    this.directions = bidirectional ? 2 : 1;
    const inputs = inputSize + (numLayers - 1) * this.directions * hiddenSize;
    askForRoom(getDefaultDtype(), this.directions * gates * hiddenSize * (inputs + numLayers * hiddenSize));
    for (let layer = 0; layer < numLayers; layer++) {
      for (let d = 0; d < this.directions; d++) this.addWeights(layer, d, gates, bias);
    }
  }

  private addWeights(layer: number, direction: number, gates: number, bias: boolean): void {
    const { inputSize, hiddenSize, directions } = this;
    const bound = 1 / Math.sqrt(hiddenSize);
    const draw = (shape: number[]) => requireGrad(uniform(zeroFilled(shape), { a: -bound, b: bound }));
    const suffix = suffixOf(layer, direction);
    Object.assign(this, {
      [`weight_ih_${suffix}`]: draw([gates * hiddenSize, layer === 0 ? inputSize : directions * hiddenSize]),
      [`weight_hh_${suffix}`]: draw([gates * hiddenSize, hiddenSize]),
    });
    if (!bias) return;
    Object.assign(this, {
      [`bias_ih_${suffix}`]: draw([gates * hiddenSize]),
      [`bias_hh_${suffix}`]: draw([gates * hiddenSize]),
    });
  }

  private weightsOf(layer: number, direction: number): Weights {
    const fields = this as unknown as Readonly<Record<string, Tensor>>;
    const suffix = suffixOf(layer, direction);
    const read = (name: string) => fields[`${name}_${suffix}`];
    return [read("weight_ih") as Tensor, read("weight_hh") as Tensor, read("bias_ih"), read("bias_hh")];
  }

  /** The state after one step. */
  protected abstract step(x: Tensor, state: State, weights: Weights): State;

  /** The outputs of the last layer, and the final state of every layer and direction. */
  protected run(x: Tensor, initial: State | undefined): { output: Tensor; final: State } {
    for (const each of [x, ...(initial ?? [])]) checkTensor(each, `nn.${this.constructor.name}: input`);
    const batched = x.ndim === 3;
    if ((x.ndim !== 2 && !batched) || x.shape.at(-1) !== this.inputSize) {
      const order = this.batchFirst ? "items, steps" : "steps, items";
      throw new ModelError(
        `nn.${this.constructor.name}: x has shape ${showShape(x.shape)}, expected [${order}, ${this.inputSize}] or [steps, ${this.inputSize}]`,
      );
    }
    const steps = !batched ? unsqueeze(x, 1) : this.batchFirst ? transpose(x, 0, 1) : x;
    const first = initial?.map((s) => (batched ? s : unsqueeze(s, 1)));
    const { output, final } = this.runLayers(steps, this.initialState(steps, first));
    if (!batched) return { output: squeeze(output, 1), final: final.map((s) => squeeze(s, 1)) };
    return { output: this.batchFirst ? transpose(output, 0, 1) : output, final };
  }

  /** The state to start from, [layers · directions, items, hidden]: what was given, or zeros. */
  private initialState(x: Tensor, given: State | undefined): State {
    const shape = [this.numLayers * this.directions, x.shape[1] as number, this.hiddenSize];
    if (given === undefined) {
      return Array.from({ length: this.states }, () => zeros(shape, { dtype: x.dtype }));
    }
    for (const state of given) {
      if (sameShape(state.shape, shape)) continue;
      throw new ModelError(
        `nn.${this.constructor.name}: the initial state has shape ${showShape(state.shape)}, expected ${showShape(shape)}`,
      );
    }
    return given;
  }

  private runLayers(x: Tensor, initial: State): { output: Tensor; final: State } {
    let output = x;
    const ends: State[] = [];
    for (let layer = 0; layer < this.numLayers; layer++) {
      const inputs =
        layer > 0 && this.training && this.dropoutP > 0 ? dropout(output, { p: this.dropoutP }) : output;
      const outputs = Array.from({ length: this.directions }, (_, direction) => {
        const place = layer * this.directions + direction;
        const start = initial.map((s) => squeeze(narrow(s, 0, place, 1), 0));
        const run = this.runDirection(inputs, start, this.weightsOf(layer, direction), direction === 1);
        ends.push(run.end);
        return run.output;
      });
      output = outputs.length === 1 ? (outputs[0] as Tensor) : cat(outputs, { dim: 2 });
    }
    return { output, final: initial.map((_, i) => stack(ends.map((end) => end[i] as Tensor))) };
  }

  private runDirection(x: Tensor, start: State, weights: Weights, isBackwards: boolean) {
    const ordered = isBackwards ? flip(x, [0]) : x;
    const outputs: Tensor[] = [];
    let state = start;
    for (let t = 0; t < (x.shape[0] as number); t++) {
      state = this.step(squeeze(narrow(ordered, 0, t, 1), 0), state, weights);
      outputs.push(state[0] as Tensor);
    }
    const output = stack(outputs);
    return { output: isBackwards ? flip(output, [0]) : output, end: state };
  }
}

function suffixOf(layer: number, direction: number): string {
  return `l${layer}${direction === 1 ? "_reverse" : ""}`;
}

/** What `nn.RNN` takes besides its sizes. */
export interface RnnOptions extends RecurrentOptions {
  /** What the sums pass; "tanh" when left out. */
  nonlinearity?: "tanh" | "relu";
}

/** Elman's network: each step's state is tanh (or relu) of the input and the last state. */
export class RNN extends Recurrent {
  private readonly nonlinearity: "tanh" | "relu";

  constructor(...args: Widest<RecurrentArgs<RnnOptions>, RnnPositions>) {
    const [inputSize, hiddenSize, options = {}] = readCall<RecurrentArgs<RnnOptions>>(
      "nn.RNN",
      takesRnn,
      args,
    );
    super(inputSize, hiddenSize, 1, options);
    this.nonlinearity = options.nonlinearity ?? "tanh";
  }

  protected step(x: Tensor, [h]: State, [wIh, wHh, bIh, bHh]: Weights): State {
    return [rnnCell(x, h as Tensor, wIh, wHh, bIh, bHh, { nonlinearity: this.nonlinearity })];
  }

  /** The states of all steps, and the last one of every layer. */
  forward(x: Tensor, h0?: Tensor): [output: Tensor, h: Tensor] {
    const { output, final } = this.run(x, h0 === undefined ? undefined : [h0]);
    return [output, final[0] as Tensor];
  }
}

/** Gated recurrent units. Cho et al. (2014). */
export class GRU extends Recurrent {
  constructor(...args: Widest<RecurrentArgs, RecurrentPositions>) {
    const [inputSize, hiddenSize, options = {}] = readCall<RecurrentArgs>("nn.GRU", takesGates, args);
    super(inputSize, hiddenSize, 3, options);
  }

  protected step(x: Tensor, [h]: State, weights: Weights): State {
    return [gruCell(x, h as Tensor, ...weights)];
  }

  /** The states of all steps, and the last one of every layer. */
  forward(x: Tensor, h0?: Tensor): [output: Tensor, h: Tensor] {
    const { output, final } = this.run(x, h0 === undefined ? undefined : [h0]);
    return [output, final[0] as Tensor];
  }
}

/** Long short-term memory. Hochreiter and Schmidhuber (1997). */
export class LSTM extends Recurrent {
  protected override readonly states = 2;

  constructor(...args: Widest<RecurrentArgs, RecurrentPositions>) {
    const [inputSize, hiddenSize, options = {}] = readCall<RecurrentArgs>("nn.LSTM", takesGates, args);
    super(inputSize, hiddenSize, 4, options);
  }

  protected step(x: Tensor, state: State, weights: Weights): State {
    return lstmCell(x, state as [Tensor, Tensor], ...weights);
  }

  /** The states of all steps, then the last state and cell of every layer. */
  forward(x: Tensor, initial?: readonly [h: Tensor, c: Tensor]): [output: Tensor, [h: Tensor, c: Tensor]] {
    if (initial !== undefined && !Array.isArray(initial)) {
      throw new ModelError(
        `nn.LSTM: the initial state is ${describeValue(initial)}, expected an array of h and c`,
      );
    }
    const { output, final } = this.run(x, initial);
    return [output, final as readonly Tensor[] as [Tensor, Tensor]];
  }
}
