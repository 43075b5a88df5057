/** Layers. */
export * from "./activations";
export {
  type AttentionCall,
  MultiheadAttention,
  type MultiheadAttentionOptions,
  TransformerEncoderLayer,
  type TransformerEncoderLayerOptions,
} from "./attention";
export {
  Conv1d,
  Conv2d,
  type ConvLayerOptions,
  ConvTranspose2d,
  type ConvTransposeLayerOptions,
} from "./convolution";
export { Embedding, type EmbeddingLayerOptions } from "./embedding";
export * as init from "./init";
export { Linear, type LinearOptions } from "./linear";
export { Module } from "./module";
export * from "./normalisation";
export * from "./penalties";
export * from "./pooling";
export { GRU, LSTM, type RecurrentOptions, RNN, type RnnOptions } from "./recurrent";
export { ModuleList, Sequential } from "./sequential";
export * as utils from "./utils";
