/** The door to reading model files. */
export { analyse } from "./analyse";
export { compile } from "./compile";
export { originalOffset } from "./original-offset";
export { SourceProblem } from "./source-problem";
export type * from "./types";
