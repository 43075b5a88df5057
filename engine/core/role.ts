/** The kinds of operations, by what they do to a gradient. */

/** What the backward pass does here, in a word that graphs and hovers show. */
export type Role =
  | "distributes" // add: hands the gradient on unchanged
  | "switches" // mul: each factor gets the gradient times the other
  | "scales" // elementwise: multiplies by a local derivative
  | "routes" // max: sends the gradient to where the value came from
  | "moves" // reshape, permute: the gradient goes the way back
  | "gathers" // sum: spreads one gradient over many
  | "contracts" // matmul: multiplies by the transposed other
  | "normalises" // softmax, layer norm: couples the elements of a group
  | "compares" // losses: the difference to a target
  | "stops"; // no gradient passes
