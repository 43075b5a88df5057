/** Data sets that come with Gradlens. */
export { type Digits, type DigitsOptions, digits } from "./digits";
