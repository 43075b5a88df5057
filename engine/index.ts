/** The door for model files: what `import … from "gradlens"` gives. */

import * as nn from "./nn";
import { tellOfLayers } from "./nn/forward-calls";
import * as ops from "./ops";
import { refuseUnknownNames } from "./unknown-names";

export { type GradcheckOptions, gradcheck } from "./check/gradcheck";
export * from "./create";
export * from "./create-like";
export * from "./create-random";
export * from "./create-regular";
export type { CreateOptions } from "./creating";
export { type BackwardContext, type CustomOpSpec, customOp } from "./custom-op";
export * as data from "./data";
export {
  type GradOptions,
  grad,
  hessian,
  hvp,
  jacobian,
  jvp,
  type TensorFunction,
  vjp,
} from "./derivatives";
export { type DType, getDefaultDtype, setDefaultDtype } from "./dtype";
export { ModelError } from "./error";
export { getThreads, setThreads } from "./kernels/threads";
export * from "./ops";
export * as optim from "./optim";
export { manualSeed } from "./random";
export { enableGrad, noGrad } from "./tape";
export { Tensor, type TensorLike, type TensorOptions } from "./tensor";
export { nn };

tellOfLayers(nn, nn.Module.prototype);
refuseUnknownNames(ops);
