/** Functions of a model that are called through a proxy, which does something of ours besides. */

type Callable = (...args: never[]) => unknown;

const behind = new WeakMap<object, Callable>();

/** Stands for `fn` wherever the model uses it. */
export function standIn<F extends Callable>(fn: F, handler: ProxyHandler<F>): F {
  const proxy = new Proxy(fn, handler);
  behind.set(proxy, behindStandIn(fn));
  return proxy;
}

/** The function that somebody wrote. */
export function behindStandIn<F extends Callable>(fn: F): F {
  return (behind.get(fn) as F | undefined) ?? fn;
}
