/** Activations as layers. */
import * as ops from "../ops/activations";
import * as smooth from "../ops/smooth-activations";
import { logSoftmax, softmax } from "../ops/softmax";
import { tanh } from "../ops/trigonometry";
import type { Tensor } from "../tensor";
import { Module } from "./module";
import { checkLayerOptions } from "./options";

export class ReLU extends Module {
  forward(x: Tensor): Tensor {
    return ops.relu(x);
  }
}

export class ReLU6 extends Module {
  forward(x: Tensor): Tensor {
    return ops.relu6(x);
  }
}

export class LeakyReLU extends Module {
  constructor(readonly options: ops.LeakyReluOptions = {}) {
    super();
  }

  forward(x: Tensor): Tensor {
    return ops.leakyRelu(x, this.options);
  }
}

export class ELU extends Module {
  constructor(readonly options: ops.AlphaOptions = {}) {
    super();
  }

  forward(x: Tensor): Tensor {
    return ops.elu(x, this.options);
  }
}

export class SELU extends Module {
  forward(x: Tensor): Tensor {
    return ops.selu(x);
  }
}

export class GELU extends Module {
  constructor(readonly options: smooth.GeluOptions = {}) {
    super();
  }

  forward(x: Tensor): Tensor {
    return smooth.gelu(x, this.options);
  }
}

export class SiLU extends Module {
  forward(x: Tensor): Tensor {
    return smooth.silu(x);
  }
}

export class Mish extends Module {
  forward(x: Tensor): Tensor {
    return smooth.mish(x);
  }
}

export class Softplus extends Module {
  constructor(readonly options: smooth.SoftplusOptions = {}) {
    super();
  }

  forward(x: Tensor): Tensor {
    return smooth.softplus(x, this.options);
  }
}

export class Softsign extends Module {
  forward(x: Tensor): Tensor {
    return smooth.softsign(x);
  }
}

export class Sigmoid extends Module {
  forward(x: Tensor): Tensor {
    return smooth.sigmoid(x);
  }
}

export class LogSigmoid extends Module {
  forward(x: Tensor): Tensor {
    return smooth.logSigmoid(x);
  }
}

export class Tanh extends Module {
  forward(x: Tensor): Tensor {
    return tanh(x);
  }
}

/** Softmax along `dim`, the last dimension when left out. */
export class Softmax extends Module {
  constructor(readonly options: { dim?: number } = {}) {
    super();
    checkLayerOptions(`nn.${this.constructor.name}`, options, ["dim"]);
  }

  forward(x: Tensor): Tensor {
    return softmax(x, { dim: this.options.dim ?? -1 });
  }
}

/** Logarithm of softmax along `dim`, the last dimension when left out. */
export class LogSoftmax extends Module {
  constructor(readonly options: { dim?: number } = {}) {
    super();
    checkLayerOptions(`nn.${this.constructor.name}`, options, ["dim"]);
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
