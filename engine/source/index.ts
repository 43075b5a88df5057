/** The door to reading model files. */
export { analyse } from "./analyse";
export { compile, compilePlainly } from "./compile";
export type { Edited } from "./edits";
export { layerKey as keyOf } from "./hand-written";
export { originalOffset } from "./original-offset";
export { Positions } from "./positions";
export { editsOf } from "./remedies";
export { Repairs, type TextRepair } from "./repairs";
export { SourceProblem } from "./source-problem";
export type * from "./types";
