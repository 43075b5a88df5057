// What the module exports.
export * from "./elementwise";
export * from "./matmul";
export * from "./reduce";
