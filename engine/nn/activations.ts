/** Activations as layers. */

import { choice, dim, number } from "../core/kinds";
import type { Positions } from "../core/op";
import type { Widest } from "../core/op-function";
import { readCall, takes } from "../core/signature";
import type { Tensor } from "../core/tensor";
import * as ops from "../ops/activations";
import * as smooth from "../ops/smooth-activations";
import { logSoftmax, softmax } from "../ops/softmax";
import { tanh } from "../ops/trigonometry";
import { Module } from "./module";
import { notInPlace } from "./options";

/** PyTorch's `inplace`, which is not there. */
interface InPlace {
  /** Nothing but false: operations leave their inputs as they are. */
  inplace?: false;
}

const inPlaceOnly = takes([], { inplace: notInPlace });
const nothing = takes([]);

/** `relu` as a layer: max(x, 0). */
export class ReLU extends Module {
  constructor(...args: Positions<[inplace?: false], InPlace>) {
    super();
    readCall("nn.ReLU", inPlaceOnly, args);
  }

  /** Of x's shape, element by element. */
  forward(x: Tensor): Tensor {
    return ops.relu(x);
  }
}

/** `relu6` as a layer: x kept between 0 and 6. */
export class ReLU6 extends Module {
  constructor(...args: Positions<[inplace?: false], InPlace>) {
    super();
    readCall("nn.ReLU6", inPlaceOnly, args);
  }

  /** Of x's shape, element by element. */
  forward(x: Tensor): Tensor {
    return ops.relu6(x);
  }
}

/** `leakyRelu` as a layer: x where it is positive, `negativeSlope` · x (0.01 when left out) elsewhere. */
export class LeakyReLU extends Module {
  /** What the layer was made with. */
  readonly options: ops.LeakyReluOptions;

  constructor(...args: Positions<[negativeSlope?: number, inplace?: false], ops.LeakyReluOptions>) {
    super();
    const [options = {}] = readCall<[ops.LeakyReluOptions?]>(
      "nn.LeakyReLU",
      takes([], { negativeSlope: number, inplace: notInPlace }),
      args,
    );
    this.options = options;
  }

  /** Of x's shape, element by element. */
  forward(x: Tensor): Tensor {
    return ops.leakyRelu(x, { negativeSlope: this.options.negativeSlope ?? 0.01 });
  }
}

/** `elu` as a layer: x where it is positive, alpha (eˣ − 1) elsewhere; alpha is 1 when left out. */
export class ELU extends Module {
  /** What the layer was made with. */
  readonly options: ops.AlphaOptions;

  constructor(...args: Positions<[alpha?: number, inplace?: false], ops.AlphaOptions>) {
    super();
    const [options = {}] = readCall<[ops.AlphaOptions?]>(
      "nn.ELU",
      takes([], { alpha: number, inplace: notInPlace }),
      args,
    );
    this.options = options;
  }

  /** Of x's shape, element by element. */
  forward(x: Tensor): Tensor {
    return ops.elu(x, { alpha: this.options.alpha ?? 1 });
  }
}

/** `selu` as a layer: a scaled ELU that keeps mean and variance. Klambauer et al. (2017). */
export class SELU extends Module {
  constructor(...args: Positions<[inplace?: false], InPlace>) {
    super();
    readCall("nn.SELU", inPlaceOnly, args);
  }

  /** Of x's shape, element by element. */
  forward(x: Tensor): Tensor {
    return ops.selu(x);
  }
}

/**
 * `gelu` as a layer: x times the normal distribution function of x, or its approximation by tanh. Hendrycks
 * and Gimpel (2016).
 */
export class GELU extends Module {
  /** What the layer was made with. */
  readonly options: smooth.GeluOptions;

  constructor(...args: Positions<[approximate?: "none" | "tanh"], smooth.GeluOptions>) {
    super();
    const [options = {}] = readCall<[smooth.GeluOptions?]>(
      "nn.GELU",
      takes([], { approximate: choice("none", "tanh") }),
      args,
    );
    this.options = options;
  }

  /** Of x's shape, element by element. */
  forward(x: Tensor): Tensor {
    return smooth.gelu(x, this.options);
  }
}

/** `silu` as a layer: x · sigmoid(x). */
export class SiLU extends Module {
  constructor(...args: Positions<[inplace?: false], InPlace>) {
    super();
    readCall("nn.SiLU", inPlaceOnly, args);
  }

  /** Of x's shape, element by element. */
  forward(x: Tensor): Tensor {
    return smooth.silu(x);
  }
}

/** `mish` as a layer: x · tanh(softplus(x)). Misra (2019). */
export class Mish extends Module {
  constructor(...args: Positions<[inplace?: false], InPlace>) {
    super();
    readCall("nn.Mish", inPlaceOnly, args);
  }

  /** Of x's shape, element by element. */
  forward(x: Tensor): Tensor {
    return smooth.mish(x);
  }
}

/** `softplus` as a layer: ln(1 + exp(beta x)) / beta; beta is 1 and threshold 20 when left out. */
export class Softplus extends Module {
  /** What the layer was made with. */
  readonly options: smooth.SoftplusOptions;

  constructor(
    ...args: Widest<
      [options?: smooth.SoftplusOptions],
      [...Positions<[beta?: number, threshold?: number], smooth.SoftplusOptions>]
    >
  ) {
    super();
    const [options = {}] = readCall<[smooth.SoftplusOptions?]>(
      "nn.Softplus",
      takes([], { beta: number, threshold: number }),
      args,
    );
    this.options = options;
  }

  /** Of x's shape, element by element. */
  forward(x: Tensor): Tensor {
    return smooth.softplus(x, this.options);
  }
}

/** `softsign` as a layer: x / (1 + |x|). */
export class Softsign extends Module {
  constructor(...args: []) {
    super();
    readCall("nn.Softsign", nothing, args);
  }

  /** Of x's shape, element by element. */
  forward(x: Tensor): Tensor {
    return smooth.softsign(x);
  }
}

/** `sigmoid` as a layer: 1 / (1 + e⁻ˣ). */
export class Sigmoid extends Module {
  constructor(...args: []) {
    super();
    readCall("nn.Sigmoid", nothing, args);
  }

  /** Of x's shape, element by element. */
  forward(x: Tensor): Tensor {
    return smooth.sigmoid(x);
  }
}

/** `logSigmoid` as a layer: ln(sigmoid(x)), without overflow. */
export class LogSigmoid extends Module {
  constructor(...args: []) {
    super();
    readCall("nn.LogSigmoid", nothing, args);
  }

  /** Of x's shape, element by element. */
  forward(x: Tensor): Tensor {
    return smooth.logSigmoid(x);
  }
}

/** `tanh` as a layer: the hyperbolic tangent. */
export class Tanh extends Module {
  constructor(...args: []) {
    super();
    readCall("nn.Tanh", nothing, args);
  }

  /** Of x's shape, element by element. */
  forward(x: Tensor): Tensor {
    return tanh(x);
  }
}

/** Softmax along `dim`, the last dimension when left out. */
export class Softmax extends Module {
  /** What the layer was made with. */
  readonly options: { dim?: number };

  constructor(...args: Positions<[dim?: number], { dim?: number }>) {
    super();
    const [options = {}] = readCall<[{ dim?: number }?]>("nn.Softmax", takes([], { dim }), args);
    this.options = options;
  }

  /** Of x's shape. */
  forward(x: Tensor): Tensor {
    return softmax(x, { dim: this.options.dim ?? -1 });
  }
}

/** Logarithm of softmax along `dim`, the last dimension when left out. */
export class LogSoftmax extends Module {
  /** What the layer was made with. */
  readonly options: { dim?: number };

  constructor(...args: Positions<[dim?: number], { dim?: number }>) {
    super();
    const [options = {}] = readCall<[{ dim?: number }?]>("nn.LogSoftmax", takes([], { dim }), args);
    this.options = options;
  }

  /** Of x's shape. */
  forward(x: Tensor): Tensor {
    return logSoftmax(x, { dim: this.options.dim ?? -1 });
  }
}

/** Passes its input on unchanged. */
export class Identity extends Module {
  /** x itself. */
  forward(x: Tensor): Tensor {
    return x;
  }
}
