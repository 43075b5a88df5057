// What the module exports.
export * from "./copy";
export * from "./elementwise";
export * from "./im2col";
export * from "./matmul";
export * from "./reduce";
export * from "./rows";
export * from "./team";
