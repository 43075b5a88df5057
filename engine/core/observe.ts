/** Looks at values of a model without running any of its code: no getter, no trap of a proxy. */

/** Only the platform knows proxies from other objects: see `knowProxies`. */
let isProxy: (value: unknown) => boolean = () => false;

/** @param test what tells proxies from other values, such as `util.types.isProxy` */
export function knowProxies(test: (value: unknown) => boolean): void {
  isProxy = test;
}

/** Whether asking the value for a property could run code of the model. */
export function isOpaque(value: unknown): boolean {
  return isProxy(value);
}

let silent = false;

/** Runs `fn`, which reads fields by `entriesOf`, without a word to the model. */
export function silently<T>(fn: () => T): T {
  const before = silent;
  silent = true;
  try {
    return fn();
  } finally {
    silent = before;
  }
}

/** The own fields of an object, as `Object.entries`; while something is observed silently, without getters and proxies. */
export function entriesOf(object: object): [string, unknown][] {
  if (!silent) return Object.entries(object);
  if (isProxy(object)) return [];
  return Object.entries(Object.getOwnPropertyDescriptors(object)).flatMap(
    ([name, { enumerable, value, get }]): [string, unknown][] => (enumerable && !get ? [[name, value]] : []),
  );
}

/** Whether a value has to be left alone. */
export function isLeftAlone(value: unknown): boolean {
  return silent && isProxy(value);
}

/** An element of an array, or a field of an object, that is no getter; undefined for others. */
export function fieldOf(object: object, key: PropertyKey): unknown {
  return isProxy(object) ? undefined : Object.getOwnPropertyDescriptor(object, key)?.value;
}
