/** Methods of tensors besides the common ones: what PyTorch's tensors have, too. */

import { type DType, isFloat } from "../core/dtype";
import type { Shape } from "../core/shape";
import { Tensor } from "../core/tensor";
import { elu, relu6, selu } from "./activations";
import { checkTensor } from "./arguments";
import { addcdiv, addcmul, clampMax, clampMin, floorDivide, lerp, nanmean, nansum, softmin } from "./blends";
import { expand } from "./broadcast";
import { cast } from "./cast";
import { allclose, equal, isclose } from "./closeness";
import { isfinite, isinf, isnan, logicalXor } from "./comparison";
import { defineMethod } from "./define-method";
import { normalize } from "./distances";
import { expm1, log2, log10 } from "./exponentials";
import { scatterAdd } from "./gather";
import { hardshrink, softshrink, tanhshrink } from "./hard-activations";
import {
  diag,
  diagEmbed,
  diff,
  fliplr,
  flipud,
  movedim,
  repeat,
  repeatInterleave,
  rot90,
  unflatten,
} from "./layouts";
import { cholesky, det } from "./linalg";
import { erfc, exp2, logit } from "./logarithms";
import { addmm, baddbmm, bmm, cross, mm, mv } from "./matrices";
import type { MethodsOf } from "./method-types";
import { nanToNum } from "./nan-to-num";
import { kthvalue, median, quantile } from "./order-statistics";
import {
  absolute,
  broadcastTo,
  clip,
  divide,
  greater,
  greaterEqual,
  less,
  lessEqual,
  moveaxis,
  multiply,
  negative,
  notEqual,
  subtract,
  swapaxes,
  swapdims,
  trueDivide,
  view,
} from "./other-names";
import { dist, inner, matrixPower } from "./other-products";
import { fmod, frac, remainder } from "./remainders";
import { trunc } from "./rounding";
import { scatter, takeAlongDim } from "./scatter";
import { clone, maskedSelect, nonzero, select, take, unbind } from "./slices";
import { gelu, logSigmoid, mish } from "./smooth-activations";
import { argsort, sort, topk } from "./sort";
import { acos, acosh, asin, asinh, atan, atan2, atanh, cosh, sinh } from "./trigonometry";
import { all, any, countNonzero } from "./truth";
import { permute, reshape, transpose } from "./view";

const functions = {
  ...{ gelu, elu, selu, relu6, mish, logSigmoid, hardshrink, softshrink, tanhshrink, softmin },
  ...{ erfc, remainder, fmod, frac, trunc, nanToNum, expm1, exp2, log2, log10, logit, floorDivide },
  ...{ asin, acos, atan, atan2, sinh, cosh, asinh, acosh, atanh },
  ...{ all, any, countNonzero, median, kthvalue, quantile, nansum, nanmean, sort, argsort, topk },
  ...{ mm, mv, bmm, addmm, baddbmm, cross, cholesky, det, normalize, lerp, addcmul, addcdiv },
  ...{ select, unbind, clone, take, maskedSelect, nonzero, repeat, repeatInterleave, unflatten, movedim },
  ...{
    diag,
    diagEmbed,
    diff,
    fliplr,
    flipud,
    rot90,
    scatterAdd,
    scatter,
    takeAlongDim,
    inner,
    dist,
    matrixPower,
    clampMin,
    clampMax,
  },
  ...{ isnan, isinf, isfinite, isclose, allclose, equal, logicalXor },
  ...{ view, broadcastTo, swapaxes, swapdims, moveaxis, clip, absolute, negative },
  ...{ subtract, multiply, divide, trueDivide, greater, greaterEqual, less, lessEqual, notEqual },
};

type Modules = typeof import("./activations") &
  typeof import("./blends") &
  typeof import("./cast") &
  typeof import("./closeness") &
  typeof import("./comparison") &
  typeof import("./distances") &
  typeof import("./exponentials") &
  typeof import("./gather") &
  typeof import("./hard-activations") &
  typeof import("./layouts") &
  typeof import("./linalg") &
  typeof import("./logarithms") &
  typeof import("./matrices") &
  typeof import("./nan-to-num") &
  typeof import("./order-statistics") &
  typeof import("./other-names") &
  typeof import("./other-products") &
  typeof import("./remainders") &
  typeof import("./rounding") &
  typeof import("./scatter") &
  typeof import("./slices") &
  typeof import("./smooth-activations") &
  typeof import("./sort") &
  typeof import("./trigonometry") &
  typeof import("./truth") &
  typeof import("./view");

export type OtherMethods = MethodsOf<Modules, Exclude<keyof typeof functions, "median">>;

declare module "../core/tensor" {
  interface Tensor extends OtherMethods {
    /** The lower median of all elements. */
    median(): Tensor;
    /** The lower medians along a dimension, and where they are. */
    median(dim: number, keepdim?: boolean): [values: Tensor, indices: Tensor];
    median(options: { dim: number; keepdim?: boolean }): [values: Tensor, indices: Tensor];
    /** The dimensions in reverse order: the transposed matrix. */
    readonly T: Tensor;
    /** The last two dimensions swapped. */
    readonly mT: Tensor;
    /** The same elements in the shape of another tensor. */
    viewAs(other: Tensor): Tensor;
    /** The same elements in the shape of another tensor. */
    reshapeAs(other: Tensor): Tensor;
    /** Repeated to the shape of another tensor. */
    expandAs(other: Tensor): Tensor;
    /** The same values as the element type of another tensor. */
    typeAs(other: Tensor): Tensor;
    /** This tensor: all tensors are contiguous. */
    contiguous(): Tensor;
    /** How many elements there are. */
    numel(): number;
    /** How many dimensions there are. */
    dim(): number;
    /** As float32. */
    float(): Tensor;
    /** As float64. */
    double(): Tensor;
    /** As int32, cut off towards zero. */
    int(): Tensor;
    /** As int32, the only integers. */
    long(): Tensor;
    /** As bool: whether an element is not 0. */
    bool(): Tensor;
    /** Whether the elements are of float32 or float64. */
    isFloatingPoint(): boolean;
    /** Values as nested arrays, as `toArray`. */
    tolist(): ReturnType<Tensor["toArray"]>;
  }
}

const like = (move: (x: Tensor, shape: Shape) => Tensor) => (x: Tensor, other: Tensor) =>
  move(x, checkTensor(other, "other").shape);
const to = (dtype: DType) => (x: Tensor) => (x.dtype === dtype ? x : cast(x, dtype));

const others: Readonly<Record<string, (x: Tensor, ...rest: never[]) => unknown>> = {
  viewAs: like(reshape),
  reshapeAs: like(reshape),
  expandAs: like(expand),
  typeAs: (x: Tensor, other: Tensor) => to(checkTensor(other, "other").dtype)(x),
  contiguous: (x) => x,
  numel: (x) => x.size,
  dim: (x) => x.ndim,
  float: to("float32"),
  double: to("float64"),
  int: to("int32"),
  long: to("int32"),
  bool: to("bool"),
  isFloatingPoint: (x) => isFloat(x.dtype),
  tolist: (x) => x.toArray(),
};

for (const [name, f] of Object.entries(functions)) defineMethod(name, f);
for (const [name, f] of Object.entries(others)) defineMethod(name, f, /As$/.test(name) ? 1 : 0);

const properties: Readonly<Record<string, (x: Tensor) => Tensor>> = {
  T: (x) =>
    x.ndim < 2
      ? x
      : x.ndim === 2
        ? transpose(x, 0, 1)
        : permute(
            x,
            x.shape.map((_, d) => x.ndim - 1 - d),
          ),
  mT: (x) => transpose(x, -2, -1),
};

for (const [name, read] of Object.entries(properties)) {
  Object.defineProperty(Tensor.prototype, name, {
    get(this: Tensor) {
      return read(this);
    },
    configurable: true,
  });
}
