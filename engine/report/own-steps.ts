/** Among the optimisers of a trace: the type of steps that the program takes by itself. */
export const BY_HAND = "hand-written update";
