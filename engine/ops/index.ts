/** All operations. Importing this module fills the registry. */
export * from "./arithmetic";
export * from "./matmul";
export { mean, type ReduceOptions, sum } from "./reduce";
export * from "./view";
