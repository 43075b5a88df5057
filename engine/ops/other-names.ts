/** Other names that PyTorch has for operations. */

import { abs, div, mul, neg, sub } from "./arithmetic";
import { expand } from "./broadcast";
import { ge, gt, le, lt, ne } from "./comparison";
import { cat } from "./join";
import { movedim } from "./layouts";
import { clamp } from "./select";
import { acos, acosh, asin, asinh, atan, atan2, atanh } from "./trigonometry";
import { reshape, transpose } from "./view";

/** Another name of `abs`: |x|, element by element. */
export const absolute: typeof abs = abs;
/** Another name of `div`: x / y, element by element. */
export const divide: typeof div = div;
/** Another name of `div`: x / y, element by element. */
export const trueDivide: typeof div = div;
/** Another name of `mul`: x · y, element by element. */
export const multiply: typeof mul = mul;
/** Another name of `neg`: −x, element by element. */
export const negative: typeof neg = neg;
/** Another name of `sub`: x − y, element by element. */
export const subtract: typeof sub = sub;
/** Another name of `ge`: whether x ≥ y. */
export const greaterEqual: typeof ge = ge;
/** Another name of `gt`: whether x > y. */
export const greater: typeof gt = gt;
/** Another name of `le`: whether x ≤ y. */
export const lessEqual: typeof le = le;
/** Another name of `lt`: whether x < y. */
export const less: typeof lt = lt;
/** Another name of `ne`: whether x ≠ y. */
export const notEqual: typeof ne = ne;
/** Another name of `cat`: joins tensors along an existing dimension. */
export const concat: typeof cat = cat;
/** Another name of `cat`: joins tensors along an existing dimension. */
export const concatenate: typeof cat = cat;
/** Another name of `movedim`: dimensions in other places. */
export const moveaxis: typeof movedim = movedim;
/** Another name of `clamp`: x kept between bounds. */
export const clip: typeof clamp = clamp;
/** Another name of `acos`: the angle in radians whose cosine is x. */
export const arccos: typeof acos = acos;
/** Another name of `acosh`: the number whose hyperbolic cosine is x. */
export const arccosh: typeof acosh = acosh;
/** Another name of `asin`: the angle in radians whose sine is x. */
export const arcsin: typeof asin = asin;
/** Another name of `asinh`: the number whose hyperbolic sine is x. */
export const arcsinh: typeof asinh = asinh;
/** Another name of `atan`: the angle in radians whose tangent is x. */
export const arctan: typeof atan = atan;
/** Another name of `atan2`: the angle in radians of a point, whose vertical coordinate comes first. */
export const arctan2: typeof atan2 = atan2;
/** Another name of `atanh`: the number whose hyperbolic tangent is x. */
export const arctanh: typeof atanh = atanh;
/** Another name of `expand`: repeated to a shape. */
export const broadcastTo: typeof expand = expand;
/** Another name of `reshape`: the same elements in another shape. */
export const view: typeof reshape = reshape;
/** Another name of `transpose`: two dimensions swapped. */
export const swapaxes: typeof transpose = transpose;
/** Another name of `transpose`: two dimensions swapped. */
export const swapdims: typeof transpose = transpose;
