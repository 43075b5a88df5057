/** The common operations as methods of tensors: `x.matmul(w).add(b)`. */
import type { DType } from "../core/dtype";
import { ModelError } from "../core/error";
import { showShape } from "../core/shape";
import type { Tensor } from "../core/tensor";
import { leakyRelu, relu } from "./activations";
import { abs, add, div, mul, neg, reciprocal, square, sub } from "./arithmetic";
import { expand, sum } from "./broadcast";
import { cast } from "./cast";
import { eq, ge, gt, le, logicalAnd, logicalNot, logicalOr, lt, ne } from "./comparison";
import { defineMethod } from "./define-method";
import { exp, log, log1p } from "./exponentials";
import { amax, amin, argmax, argmin, max, min, type OneDimOptions, type Selection } from "./extremes";
import { gather } from "./gather";
import { indexSelect } from "./index-select";
import { chunk, split } from "./join";
import { inverse } from "./linalg";
import { dot, outer, trace } from "./linear";
import { matmul } from "./matmul";
import { mean } from "./mean";
import type { Method, MethodsOf } from "./method-types";
import { narrow } from "./pad";
import { pow, rsqrt, sqrt } from "./powers";
import { cumprod, prod } from "./products";
import { flip, roll, tile } from "./rearrange";
import { ceil, floor, round, sign } from "./rounding";
import { cumsum } from "./scan";
import { clamp, maskedFill, maximum, minimum } from "./select";
import { erf, sigmoid, silu, softplus } from "./smooth-activations";
import { logSoftmax, softmax } from "./softmax";
import { flatten, squeeze, unsqueeze } from "./squeeze";
import { logsumexp, norm, std, variances } from "./statistics";
import { diagonal, tril, triu } from "./triangle";
import { cos, sin, tan, tanh } from "./trigonometry";
import { permute, reshape, transpose } from "./view";

/** Functions whose first argument is the tensor, under the names of the methods. */
const functions = {
  ...{ add, sub, mul, div, neg, abs, square, reciprocal, pow, sqrt, rsqrt, exp, log, log1p },
  ...{ sin, cos, tan, tanh, erf, sigmoid, silu, softplus, relu, leakyRelu, softmax, logSoftmax },
  ...{ matmul, dot, outer, trace, inverse },
  ...{ sum, mean, prod, var: variances, std, norm, logsumexp, amax, amin, argmax, argmin, cumsum, cumprod },
  ...{ reshape, permute, transpose, expand, squeeze, unsqueeze, flatten, flip, roll, tile, narrow },
  ...{ split, chunk, gather, indexSelect, diagonal, tril, triu },
  ...{ clamp, maximum, minimum, maskedFill, round, floor, ceil, sign },
  ...{ eq, ne, lt, le, gt, ge, logicalAnd, logicalOr, logicalNot },
};

/** The modules of the functions, which their doc comments come from: in a list of names they would be lost. */
type Modules = typeof import("./activations") &
  typeof import("./arithmetic") &
  typeof import("./comparison") &
  typeof import("./exponentials") &
  typeof import("./extremes") &
  typeof import("./gather") &
  typeof import("./index-select") &
  typeof import("./join") &
  typeof import("./linalg") &
  typeof import("./linear") &
  typeof import("./matmul") &
  typeof import("./pad") &
  typeof import("./powers") &
  typeof import("./products") &
  typeof import("./rearrange") &
  typeof import("./broadcast") &
  typeof import("./mean") &
  typeof import("./rounding") &
  typeof import("./scan") &
  typeof import("./select") &
  typeof import("./smooth-activations") &
  typeof import("./softmax") &
  typeof import("./squeeze") &
  typeof import("./statistics") &
  typeof import("./triangle") &
  typeof import("./trigonometry") &
  typeof import("./view");

export type Methods = MethodsOf<Modules, Exclude<keyof typeof functions, "var">>;

declare module "../core/tensor" {
  interface Tensor extends Methods {
    /** The largest element; of two tensors the larger, element by element. */
    max(y?: Tensor | { keepdim?: boolean }): Tensor;
    /** The largest along a dimension, and where they are. */
    max(dim: number, keepdim?: boolean): Selection;
    max(options: OneDimOptions & { dim: number }): Selection;
    /** The smallest element; of two tensors the smaller, element by element. */
    min(y?: Tensor | { keepdim?: boolean }): Tensor;
    /** The smallest along a dimension, and where they are. */
    min(dim: number, keepdim?: boolean): Selection;
    min(options: OneDimOptions & { dim: number }): Selection;
    /** Mean squared distance from the mean along dimensions; divided by n − 1, or as `correction` says. */
    var: Method<typeof variances>;
    /** The same values as another element type. */
    to(dtype: DType): Tensor;
    /** The transposed matrix. @throws ModelError for more than two dimensions */
    t(): Tensor;
  }
}

function transposed(x: Tensor): Tensor {
  if (x.ndim > 2) {
    throw new ModelError(`t() needs a matrix, found shape ${showShape(x.shape)}`, {
      hint: "transpose(x, dim0, dim1) swaps two of many dimensions",
    });
  }
  return x.ndim < 2 ? x : transpose(x, 0, 1);
}

/** These check the number of their arguments by themselves. */
const others = { max, min, to: cast };
for (const [name, f] of Object.entries({ ...functions, ...others })) defineMethod(name, f);

defineMethod("t", transposed, 0);
