/** All operations. Importing this module fills the registry. */
export * from "./activations";
export * from "./arithmetic";
export { cast } from "./cast";
export * from "./comparison";
export { conv1d, conv2d, convTranspose1d, convTranspose2d } from "./convolution";
export type { ConvOptions, ConvTransposeOptions } from "./convolution-options";
export { type CrossEntropyOptions, crossEntropy } from "./cross-entropy";
export { einsum } from "./einsum";
export * from "./exponentials";
export { amax, amin, argmax, argmin, max, min, type OneDimOptions } from "./extremes";
export { gather, scatterAdd } from "./gather";
export { type EmbeddingOptions, embedding, indexSelect } from "./index-select";
export { cat, chunk, type DimOption, split, stack } from "./join";
export { cholesky, det, inverse, solve } from "./linalg";
export { dot, linear, outer, trace } from "./linear";
export { matmul } from "./matmul";

import "./methods";
import "./other-methods";

export { type AttentionOptions, scaledDotProductAttention } from "./attention";
export { type AvgPoolOptions, adaptiveAvgPool2d, avgPool2d } from "./average-pool";
export { type BatchNormOptions, batchNorm } from "./batch-norm";
export * from "./blends";
export { expand, sum } from "./broadcast";
export { type NllLossOptions, nllLoss } from "./class-losses";
export * from "./closeness";
export * from "./distances";
export * from "./dropout";
export * from "./embedding-losses";
export * from "./hard-activations";
export * from "./interpolate";
export {
  type GroupNormOptions,
  groupNorm,
  type InstanceNormOptions,
  instanceNorm,
  type LayerNormOptions,
  layerNorm,
} from "./layer-norm";
export * from "./layouts";
export * from "./likelihood-losses";
export * from "./logarithms";
export {
  type CosineOptions,
  cosineSimilarity,
  type MultiMarginOptions,
  multiMarginLoss,
} from "./margin-losses";
export * from "./matrices";
export { type MaxPoolOptions, maxPool1d, maxPool2d } from "./max-pool";
export { mean } from "./mean";
export * from "./nan-to-num";
export * from "./order-statistics";
export * from "./other-names";
export * from "./other-products";
export { narrow, type PadOptions, pad } from "./pad";
export { cdist, glu, type MaxoutOptions, maxout } from "./pieces";
export * from "./pixels";
export * from "./powers";
export * from "./probability-losses";
export { cumprod, prod } from "./products";
export * from "./rearrange";
export * from "./recurrent";
export type { ReduceOptions } from "./reducing";
export type { LossOptions, LossReduction } from "./reduction";
export * from "./regression-losses";
export * from "./remainders";
export * from "./rms-norm";
export * from "./rounding";
export { type CumsumOptions, cumsum, type ScanOptions } from "./scan";
export * from "./scatter";
export { type ClampOptions, clamp, maskedFill, maximum, minimum, where } from "./select";
export * from "./slices";
export * from "./smooth-activations";
export { type DimOptions, logSoftmax, softmax } from "./softmax";
export * from "./sort";
export * from "./squeeze";
export { logsumexp, type NormOptions, norm, std, type VarOptions, variances as var } from "./statistics";
export {
  type DiagonalOptions,
  diagonal,
  type TriangleOptions,
  tril,
  triu,
} from "./triangle";
export * from "./trigonometry";
export * from "./truth";
export { permute, reshape, transpose } from "./view";
