/** Which questions are work. Apart from their forms, of which those who only pass questions on need none. */
import type { RequestName } from "./requests";

/** Work waits for the work before it, tells how far it is, and keeps to a budget; all else is answered at once. */
export const isWork: { readonly [N in RequestName]: boolean } = {
  trace: true,
  diagnose: true,
  check: true,
  checkDetails: true,
  checkCurve: true,
  values: false,
  histograms: false,
  precision: false,
  save: false,
};
