/** Data sets that come with Gradlens, and files of tensors. */
export { type Digits, type DigitsOptions, digits } from "./digits";
export { readNpy, readNpz, writeNpy, writeNpz } from "./npz";
export { readSafetensors, writeSafetensors } from "./safetensors";
