/** Whether a value is an instance of a class, asked in a way that a model cannot answer for it. */

const isInstance = Function.prototype[Symbol.hasInstance];

/** The same for whatever may be thrown: a proxy that cannot be asked is no instance. */
export function thrownInstancesOf<T>(
  type: abstract new (...args: never[]) => T,
): (value: unknown) => value is T {
  const is = instancesOf(type);
  return (value): value is T => {
    try {
      return is(value);
    } catch {
      return false;
    }
  };
}

/** What `instanceof` says of the class, whatever becomes of its `Symbol.hasInstance` later. */
export function instancesOf<T>(type: abstract new (...args: never[]) => T): (value: unknown) => value is T {
  return isInstance.bind(type) as (value: unknown) => value is T;
}
