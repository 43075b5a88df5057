/** Optimisers and schedules. */
export * from "./adam";
export * from "./adaptive";
export { ChainedScheduler, SequentialLR } from "./combined-schedules";
export * from "./cycles";
export { LBFGS, type LBFGSOptions } from "./lbfgs";
export * from "./milestones";
export * from "./moments";
export { OneCycleLR, type OneCycleLROptions } from "./one-cycle";
export { Optimizer, type ParameterGroup, type Parameters } from "./optimizer";
export * from "./plateau";
export { Rprop, type RpropOptions } from "./rprop";
export {
  CosineAnnealingLR,
  ExponentialLR,
  LambdaLR,
  LinearLR,
  type LinearLROptions,
  Schedule,
  type Scheduled,
  StepLR,
} from "./schedules";
export { SGD, type SGDOptions } from "./sgd";
