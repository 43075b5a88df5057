/** Optimisers and schedules. */
export * from "./adam";
export * from "./adaptive";
export { Optimizer, type ParameterGroup, type Parameters } from "./optimizer";
export * from "./schedules";
export { SGD, type SGDOptions } from "./sgd";
