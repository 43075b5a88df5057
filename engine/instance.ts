/** Whether a value is an instance of a class, asked in a way that a model cannot answer for it. */

const isInstance = Function.prototype[Symbol.hasInstance];

/** What `instanceof` says of the class, whatever becomes of its `Symbol.hasInstance` later. */
export function instancesOf<T>(type: abstract new (...args: never[]) => T): (value: unknown) => value is T {
  return isInstance.bind(type) as (value: unknown) => value is T;
}
