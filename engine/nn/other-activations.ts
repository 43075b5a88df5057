/** More activations as layers: the hard ones, shrinking ones, and those with weights or halves. */

import { inFunction, ModelError } from "../core/error";
import { dim as dimension, number, size } from "../core/kinds";
import type { Positions } from "../core/op";
import type { Widest } from "../core/op-function";
import { arrange, takes } from "../core/signature";
import type { Tensor } from "../core/tensor";
import { full } from "../creation/create";
import * as ops from "../ops";
import { Module } from "./module";
import { OptionLayer } from "./option-layer";

/** Softer than ELU: `celu`. */
export class CELU extends OptionLayer<ops.AlphaOptions> {
  constructor(...args: Positions<[alpha?: number], ops.AlphaOptions>) {
    super({ alpha: number }, args);
  }

  /** Of x's shape, element by element. */
  forward(x: Tensor): Tensor {
    return ops.celu(x, this.options);
  }
}

/** x between two bounds: `hardtanh`. */
export class Hardtanh extends OptionLayer<ops.HardtanhOptions> {
  constructor(...args: Positions<[minVal?: number, maxVal?: number], ops.HardtanhOptions>) {
    super({ minVal: number, maxVal: number }, args);
  }

  /** Of x's shape, element by element. */
  forward(x: Tensor): Tensor {
    return ops.hardtanh(x, this.options);
  }
}

/** A sigmoid of three lines: `hardsigmoid`. */
export class Hardsigmoid extends OptionLayer<object> {
  constructor(...args: []) {
    super({}, args);
  }

  /** Of x's shape, element by element. */
  forward(x: Tensor): Tensor {
    return ops.hardsigmoid(x);
  }
}

/** x times a sigmoid of three lines: `hardswish`. */
export class Hardswish extends OptionLayer<object> {
  constructor(...args: []) {
    super({}, args);
  }

  /** Of x's shape, element by element. */
  forward(x: Tensor): Tensor {
    return ops.hardswish(x);
  }
}

/** Small values become 0: `hardshrink`. */
export class Hardshrink extends OptionLayer<ops.ShrinkOptions> {
  constructor(...args: Positions<[lambd?: number], ops.ShrinkOptions>) {
    super({ lambd: number }, args);
  }

  /** Of x's shape, element by element. */
  forward(x: Tensor): Tensor {
    return ops.hardshrink(x, this.options);
  }
}

/** Values move towards 0: `softshrink`. */
export class Softshrink extends OptionLayer<ops.ShrinkOptions> {
  constructor(...args: Positions<[lambd?: number], ops.ShrinkOptions>) {
    super({ lambd: number }, args);
  }

  /** Of x's shape, element by element. */
  forward(x: Tensor): Tensor {
    return ops.softshrink(x, this.options);
  }
}

/** x − tanh(x): `tanhshrink`. */
export class Tanhshrink extends OptionLayer<object> {
  constructor(...args: []) {
    super({}, args);
  }

  /** Of x's shape, element by element. */
  forward(x: Tensor): Tensor {
    return ops.tanhshrink(x);
  }
}

/** What `nn.Threshold` takes; neither has a default. */
interface ThresholdOptions {
  /** x up to here, this included, is replaced. */
  threshold: number;
  /** What takes its place. */
  value: number;
}

/** x above the threshold, a value elsewhere: `threshold`. */
export class Threshold extends OptionLayer<ThresholdOptions> {
  constructor(
    ...args: Widest<[options: ThresholdOptions], [threshold: number | ThresholdOptions, value?: number]>
  ) {
    super({ threshold: number, value: number }, args);
    const { threshold, value } = this.options;
    if (threshold === undefined || value === undefined) {
      throw new ModelError("nn.Threshold(): expected a threshold and a value");
    }
  }

  /** Of x's shape, element by element. */
  forward(x: Tensor): Tensor {
    return ops.threshold(x, this.options);
  }
}

/** The first half times the sigmoid of the second: `glu`. */
export class GLU extends OptionLayer<{ dim?: number }> {
  constructor(...args: Positions<[dim?: number], { dim?: number }>) {
    super({ dim: dimension }, args);
  }

  /** Half of x's size along `dim`. */
  forward(x: Tensor): Tensor {
    return ops.glu(x, this.options);
  }
}

/** Softmax of −x along `dim`, the last dimension when left out. */
export class Softmin extends OptionLayer<{ dim?: number }> {
  constructor(...args: Positions<[dim?: number], { dim?: number }>) {
    super({ dim: dimension }, args);
  }

  /** Of x's shape. */
  forward(x: Tensor): Tensor {
    return ops.softmin(x, { dim: this.options.dim ?? -1 });
  }
}

/** What `nn.PReLU` takes. */
export interface PReLUOptions {
  /** How many slopes are learned: 1 (when left out), or one per channel. */
  numParameters?: number;
  /** Their first value; 0.25 when left out. */
  init?: number;
}

/** x for x > 0, a learned slope times x below: `prelu`. He et al. (2015). */
export class PReLU extends Module {
  /** The slopes, [numParameters]. */
  weight: Tensor;

  constructor(...args: Positions<[numParameters?: number, init?: number], PReLUOptions>) {
    super();
    const signature = takes([], { numParameters: size, init: number });
    const [read] = inFunction("nn.PReLU", () => arrange(signature, args)) as [PReLUOptions?];
    this.weight = full([read?.numParameters ?? 1], read?.init ?? 0.25, { requiresGrad: true });
  }

  /** Of x's shape; with several slopes x is [items, channels, …]. */
  forward(x: Tensor): Tensor {
    return ops.prelu(x, this.weight);
  }
}
