/** The types of methods, from those of the functions: the same names and doc comments, without the tensor. */

/** What follows the tensor. */
type Rest<P> = P extends readonly [unknown, ...infer R] ? R : never;

/** One list of arguments for two when it takes what the other takes: editors show doc comments of methods without overloads only. */
type Widest<A extends readonly unknown[], B extends readonly unknown[]> = [A] extends [B]
  ? B
  : [B] extends [A]
    ? A
    : A | B;

/** Of a function with fewer overloads the first one stands for the missing ones. */
export type Method<F> = F extends {
  (...args: infer A): unknown;
  (...args: infer B): unknown;
  (...args: infer C): infer R;
}
  ? (...rest: Widest<Widest<Rest<A>, Rest<B>>, Rest<C>>) => R
  : never;

/** The functions K of a module M as methods. */
export type MethodsOf<M, K extends keyof M> = { [Name in K]: Method<M[Name]> };
