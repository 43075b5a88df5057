/** Activations as layers. */

import { choice, dim, number } from "../kinds";
import type { Positions } from "../op";
import * as ops from "../ops/activations";
import * as smooth from "../ops/smooth-activations";
import { logSoftmax, softmax } from "../ops/softmax";
import { tanh } from "../ops/trigonometry";
import { readCall, takes } from "../signature";
import type { Tensor } from "../tensor";
import { Module } from "./module";
import { notInPlace } from "./options";

interface InPlace {
  /** Nothing but false: operations leave their inputs as they are. */
  inplace?: false;
}

const inPlaceOnly = takes([], { inplace: notInPlace });
const nothing = takes([]);

export class ReLU extends Module {
  constructor(...args: [options?: InPlace] | [inplace: false]) {
    super();
    readCall("nn.ReLU", inPlaceOnly, args);
  }

  forward(x: Tensor): Tensor {
    return ops.relu(x);
  }
}

export class ReLU6 extends Module {
  constructor(...args: [options?: InPlace] | [inplace: false]) {
    super();
    readCall("nn.ReLU6", inPlaceOnly, args);
  }

  forward(x: Tensor): Tensor {
    return ops.relu6(x);
  }
}

export class LeakyReLU extends Module {
  readonly options: ops.LeakyReluOptions;

  constructor(...args: [options?: ops.LeakyReluOptions] | [negativeSlope: number, inplace?: false]) {
    super();
    const [options = {}] = readCall<[ops.LeakyReluOptions?]>(
      "nn.LeakyReLU",
      takes([], { negativeSlope: number, inplace: notInPlace }),
      args,
    );
    this.options = options;
  }

  forward(x: Tensor): Tensor {
    return ops.leakyRelu(x, { negativeSlope: this.options.negativeSlope ?? 0.01 });
  }
}

export class ELU extends Module {
  readonly options: ops.AlphaOptions;

  constructor(...args: [options?: ops.AlphaOptions] | [alpha: number, inplace?: false]) {
    super();
    const [options = {}] = readCall<[ops.AlphaOptions?]>(
      "nn.ELU",
      takes([], { alpha: number, inplace: notInPlace }),
      args,
    );
    this.options = options;
  }

  forward(x: Tensor): Tensor {
    return ops.elu(x, { alpha: this.options.alpha ?? 1 });
  }
}

export class SELU extends Module {
  constructor(...args: [options?: InPlace] | [inplace: false]) {
    super();
    readCall("nn.SELU", inPlaceOnly, args);
  }

  forward(x: Tensor): Tensor {
    return ops.selu(x);
  }
}

export class GELU extends Module {
  readonly options: smooth.GeluOptions;

  constructor(...args: [options?: smooth.GeluOptions] | [approximate: "none" | "tanh"]) {
    super();
    const [options = {}] = readCall<[smooth.GeluOptions?]>(
      "nn.GELU",
      takes([], { approximate: choice("none", "tanh") }),
      args,
    );
    this.options = options;
  }

  forward(x: Tensor): Tensor {
    return smooth.gelu(x, this.options);
  }
}

export class SiLU extends Module {
  constructor(...args: [options?: InPlace] | [inplace: false]) {
    super();
    readCall("nn.SiLU", inPlaceOnly, args);
  }

  forward(x: Tensor): Tensor {
    return smooth.silu(x);
  }
}

export class Mish extends Module {
  constructor(...args: [options?: InPlace] | [inplace: false]) {
    super();
    readCall("nn.Mish", inPlaceOnly, args);
  }

  forward(x: Tensor): Tensor {
    return smooth.mish(x);
  }
}

export class Softplus extends Module {
  readonly options: smooth.SoftplusOptions;

  constructor(
    ...args:
      | [options?: smooth.SoftplusOptions]
      | [...Positions<[beta?: number, threshold?: number], smooth.SoftplusOptions>]
  ) {
    super();
    const [options = {}] = readCall<[smooth.SoftplusOptions?]>(
      "nn.Softplus",
      takes([], { beta: number, threshold: number }),
      args,
    );
    this.options = options;
  }

  forward(x: Tensor): Tensor {
    return smooth.softplus(x, this.options);
  }
}

export class Softsign extends Module {
  constructor(...args: []) {
    super();
    readCall("nn.Softsign", nothing, args);
  }

  forward(x: Tensor): Tensor {
    return smooth.softsign(x);
  }
}

export class Sigmoid extends Module {
  constructor(...args: []) {
    super();
    readCall("nn.Sigmoid", nothing, args);
  }

  forward(x: Tensor): Tensor {
    return smooth.sigmoid(x);
  }
}

export class LogSigmoid extends Module {
  constructor(...args: []) {
    super();
    readCall("nn.LogSigmoid", nothing, args);
  }

  forward(x: Tensor): Tensor {
    return smooth.logSigmoid(x);
  }
}

export class Tanh extends Module {
  constructor(...args: []) {
    super();
    readCall("nn.Tanh", nothing, args);
  }

  forward(x: Tensor): Tensor {
    return tanh(x);
  }
}

/** Softmax along `dim`, the last dimension when left out. */
export class Softmax extends Module {
  readonly options: { dim?: number };

  constructor(...args: [options?: { dim?: number }] | [dim: number]) {
    super();
    const [options = {}] = readCall<[{ dim?: number }?]>("nn.Softmax", takes([], { dim }), args);
    this.options = options;
  }

  forward(x: Tensor): Tensor {
    return softmax(x, { dim: this.options.dim ?? -1 });
  }
}

/** Logarithm of softmax along `dim`, the last dimension when left out. */
export class LogSoftmax extends Module {
  readonly options: { dim?: number };

  constructor(...args: [options?: { dim?: number }] | [dim: number]) {
    super();
    const [options = {}] = readCall<[{ dim?: number }?]>("nn.LogSoftmax", takes([], { dim }), args);
    this.options = options;
  }

  forward(x: Tensor): Tensor {
    return logSoftmax(x, { dim: this.options.dim ?? -1 });
  }
}

/** Passes its input on unchanged. */
export class Identity extends Module {
  forward(x: Tensor): Tensor {
    return x;
  }
}
