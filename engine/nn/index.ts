/** Layers. */

export * as functional from "../ops";
export * from "./activations";
export {
  type AttentionCall,
  MultiheadAttention,
  type MultiheadAttentionOptions,
  TransformerEncoderLayer,
  type TransformerEncoderLayerOptions,
} from "./attention";
export { type CellOptions, GRUCell, LSTMCell, RNNCell, type RNNCellOptions } from "./cells";
export { ModuleDict, ParameterDict, ParameterList } from "./containers";
export {
  Conv1d,
  Conv2d,
  type ConvLayerOptions,
  ConvTranspose2d,
  type ConvTransposeLayerOptions,
} from "./convolution";
export { Embedding, type EmbeddingLayerOptions } from "./embedding";
export type { BackwardHook, ForwardHook, ForwardPreHook } from "./hooks";
export * as init from "./init";
export { InstanceNorm1d, InstanceNorm2d, type InstanceNormLayerOptions } from "./instance-norm";
export { Linear, type LinearOptions } from "./linear";
export * from "./losses";
export { Module } from "./module";
export * from "./normalisation";
export * from "./other-activations";
export * from "./padding";
export * from "./pair-losses";
export { Parameter, type ParameterOptions } from "./parameter";
export * from "./penalties";
export * from "./pooling";
export { GRU, LSTM, type RecurrentOptions, RNN, type RnnOptions } from "./recurrent";
export * from "./rms-norm";
export { ModuleList, Sequential } from "./sequential";
export * from "./shape-layers";
export * from "./transformer-encoder";
export * as utils from "./utils";
export * from "./weighted-losses";
