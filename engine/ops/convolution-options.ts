/** What convolutions take besides x, weight and bias. */
import type { PerDim } from "./convolution-geometry";

/** Where the kernel of a convolution lies; one number stands for all dimensions of the image. */
export interface ConvOptions {
  /** Steps from one place of the kernel to the next; 1 when left out. */
  stride?: PerDim;
  /** Zeros around the image; "same" keeps its size; 0 when left out. */
  padding?: PerDim | "same" | "valid";
  /** Distance between the elements of the kernel; 1 when left out. */
  dilation?: PerDim;
  /** Channels are split into as many groups that do not see each other; 1 when left out. */
  groups?: number;
}

/** As `ConvOptions`, for the convolution that `convTranspose1d` and `convTranspose2d` turn round. */
export interface ConvTransposeOptions extends Omit<ConvOptions, "padding"> {
  /** Rows and columns left out at each end of the result; 0 when left out. */
  padding?: PerDim;
  /** Rows and columns added at the end of the result; less than the stride; 0 when left out. */
  outputPadding?: PerDim;
}
