/** How calls of `forward` are known as calls of a module, and run its hooks. */
import { showValue } from "../core/describe";
import { ModelError } from "../core/error";
import { activeTape, inScope } from "../core/tape";
import { callHooked, Hooks } from "./hooks";
import type { Module } from "./module";

type Forward = (this: Module, ...inputs: unknown[]) => unknown;

const hooks = new WeakMap<Module, Hooks>();
/** Functions that say themselves that their module is running. */
const telling = new WeakSet<object>();
/** Those of the library's own layers. */
const ours = new WeakSet<object>();

/** What was registered to run beside `forward`: a module with hooks has a `forward` of its own, which runs them. */
export function hooksOf(module: Module): Hooks {
  const known = hooks.get(module);
  if (known) return known;
  const made = new Hooks();
  hooks.set(module, made);
  const own: unknown = Object.hasOwn(module, "forward") ? module.forward : null;
  const forward: Forward = function (...given) {
    const plain = (own ?? bound(this)) as Forward;
    return inScope(this, () => callHooked(this, made, given, (...inputs) => plain.apply(this, [...inputs])));
  };
  define(module, "forward", forward);
  return made;
}

/** The `forward` of a class, which instrumented code has told of itself. */
export function tellsItself(forward: unknown): void {
  if (typeof forward === "function") telling.add(forward);
}

/** A module is made: what it inherits may need help to be known as its `forward`, whoever calls it and how. */
export function prepareForward(module: Module): void {
  const forward = inherited(module, "forward");
  if (typeof forward !== "function") return;
  // `xs.map(layer.forward)` works for the library's layers.
  if (ours.has(forward)) define(module, "forward", bound(module));
  // Of a class from a package, whose text nobody has marked.
  else if (activeTape() !== null && !telling.has(forward))
    define(module, "forward", (...given: unknown[]) => inScope(module, () => bound(module)(...given)));
}

/** Asks for the method at each call: somebody may replace it. */
function bound(module: Module): (...given: unknown[]) => unknown {
  return (...given) => Reflect.apply(inherited(module, "forward") as Forward, module, given) as unknown;
}

/** Has `forward` of the library's own layers tell of itself, and refuse inputs that it does not take. */
export function tellOfLayers(layers: Readonly<Record<string, unknown>>, base: object): void {
  for (const layer of Object.values(layers)) {
    if (typeof layer !== "function" || !(layer.prototype instanceof Object)) continue;
    for (
      let type = layer.prototype as object;
      type !== null && type !== base;
      type = Object.getPrototypeOf(type) as object
    )
      tellOf(type);
  }
}

function tellOf(type: object): void {
  const forward: unknown = Object.getOwnPropertyDescriptor(type, "forward")?.value;
  if (typeof forward !== "function" || ours.has(forward)) return;
  const most = forward.length > 0 ? forward.length : Number.POSITIVE_INFINITY;
  const telled: Forward = function (...given) {
    // Those that read a list of arguments find the surplus themselves.
    const inputs = given.length > most ? withoutSurplus(this, given, most) : given;
    return inScope(this, () => Reflect.apply(forward, this, inputs) as unknown);
  };
  Object.defineProperty(telled, "name", { value: "forward", configurable: true });
  Object.defineProperty(telled, "length", { value: forward.length, configurable: true });
  ours.add(telled);
  define(type, "forward", telled);
}

/** The inputs without the place and the list that `xs.map(layer.forward)` hands on. @throws ModelError for others */
function withoutSurplus(module: Module, given: readonly unknown[], most: number): unknown[] {
  const [x, i, list] = given;
  const isCallback = most === 1 && given.length === 3 && Array.isArray(list) && list[Number(i)] === x;
  if (isCallback) return given.slice(0, 1);
  throw new ModelError(
    `nn.${module.constructor.name}: forward() found ${showValue(given[most])} as input ${most + 1}, expected at most ${most}`,
  );
}

/** What a module inherits, without asking a getter. */
function inherited(module: object, name: string): unknown {
  for (let type = Object.getPrototypeOf(module); type !== null; type = Object.getPrototypeOf(type)) {
    const found = Object.getOwnPropertyDescriptor(type, name);
    if (found) return found.value;
  }
  return undefined;
}

/** Hidden from Object.entries, so that a module's fields are what its author wrote. */
function define(target: object, name: string, value: unknown): void {
  Object.defineProperty(target, name, { value, enumerable: false, configurable: true, writable: true });
}
