/** The types of methods, from those of the functions: the same names and doc comments, without the tensor. */

/** What follows the tensor. */
type Rest<P> = P extends readonly [unknown, ...infer R] ? R : never;

export type Method<F> = F extends (...args: infer P) => infer R ? (...rest: Rest<P>) => R : never;

/** The functions K of a module M as methods. */
export type MethodsOf<M, K extends keyof M> = { [Name in K]: Method<M[Name]> };
