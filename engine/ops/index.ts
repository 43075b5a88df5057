/** All operations. Importing this module fills the registry. */
export * from "./arithmetic";
export { type CrossEntropyOptions, crossEntropy } from "./cross-entropy";
export { gather, scatterAdd } from "./gather";
export { type EmbeddingOptions, embedding, indexSelect } from "./index-select";
export { cat, chunk, type DimOption, split, stack } from "./join";
export * from "./matmul";
export { narrow, type PadOptions, pad } from "./pad";
export * from "./rearrange";
export { mean, type ReduceOptions, sum } from "./reduce";
export type { LossOptions, LossReduction } from "./reduction";
export * from "./regression-losses";
export * from "./squeeze";
export {
  type DiagonalOptions,
  diagonal,
  type TriangleOptions,
  tril,
  triu,
} from "./triangle";
export * from "./view";
