/** The door for model files: what `import … from "gradlens"` gives. */

import "./sweeps/methods";
import { refuseUnknownNames } from "./core/unknown-names";
import * as nn from "./nn";
import { tellOfLayers } from "./nn/forward-calls";
import * as ops from "./ops";

export { type GradcheckOptions, gradcheck } from "./check/gradcheck";
export { type DType, getDefaultDtype, setDefaultDtype } from "./core/dtype";
export { ModelError } from "./core/error";
export { manualSeed } from "./core/random";
export { enableGrad, noGrad } from "./core/tape";
export { Tensor, type TensorLike, type TensorOptions } from "./core/tensor";
export * from "./creation/create";
export * from "./creation/create-like";
export * from "./creation/create-random";
export * from "./creation/create-regular";
export type { CreateOptions } from "./creation/creating";
export * as data from "./data";
export { getThreads, setThreads } from "./kernels/threads";
export * from "./ops";
export * as optim from "./optim";
export { type BackwardContext, type CustomOpSpec, customOp } from "./sweeps/custom-op";
export {
  type GradOptions,
  grad,
  hessian,
  hvp,
  jacobian,
  jvp,
  type TensorFunction,
  vjp,
} from "./sweeps/derivatives";
export { nn };

tellOfLayers(nn, nn.Module.prototype);
refuseUnknownNames(ops);
