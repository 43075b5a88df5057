/** Layers. */
export * from "./activations";
export * as init from "./init";
export { Linear, type LinearOptions } from "./linear";
export { Module } from "./module";
export { ModuleList, Sequential } from "./sequential";
