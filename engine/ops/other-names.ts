/** Other names that PyTorch has for operations. */
export {
  abs as absolute,
  div as divide,
  div as trueDivide,
  mul as multiply,
  neg as negative,
  sub as subtract,
} from "./arithmetic";
export { ge as greaterEqual, gt as greater, le as lessEqual, lt as less, ne as notEqual } from "./comparison";
export { cat as concat, cat as concatenate } from "./join";
export { movedim as moveaxis } from "./layouts";
export { clamp as clip } from "./select";
export {
  acos as arccos,
  acosh as arccosh,
  asin as arcsin,
  asinh as arcsinh,
  atan as arctan,
  atan2 as arctan2,
  atanh as arctanh,
} from "./trigonometry";
export { expand as broadcastTo, reshape as view, transpose as swapaxes, transpose as swapdims } from "./view";
