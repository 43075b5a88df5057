/** What instrumented code calls. */
import { bind } from "../binding";
import { draws } from "../draws";
import { tellCall } from "../hand-calls";
import { keepPrivateFields } from "../private-fields";
import { enter, leave, resume, suspend } from "../sites";
import type { Runtime, TopLevel } from "../source";
import { activeTape } from "../tape";
import { beforeCall } from "./repair";

let last = 0;

/** Id of the call that began last, whether or not it has ended. */
export function lastSite(): number {
  return last;
}

function called(layer: string, self: unknown, args: ArrayLike<unknown>): void {
  tellCall(layer);
  const object = (typeof self === "object" || typeof self === "function") && self !== null ? self : null;
  activeTape()?.handCalls.note(layer, object, args);
}

/** The function itself to whoever asks for its name or its parameters, told of when it is called. */
function calls<F>(layer: string, self: unknown, name: string, fn: F): F {
  if (typeof fn !== "function") return fn;
  if (fn.name === "") Object.defineProperty(fn, "name", { value: name, configurable: true });
  return new Proxy(fn, {
    apply(target, receiver, args: unknown[]) {
      called(layer, self ?? receiver, args);
      return Reflect.apply(target, receiver, args) as unknown;
    },
  });
}

/** Calls count as calls of this object, whatever `this` is in them. */
function holds<T extends object>(layer: string, isLayer: boolean, object: T): T {
  activeTape()?.handCalls.hold(layer, object);
  if (!isLayer) return object;
  for (const name of ["forward", "backward"] as const) {
    const { [name]: fn } = object as Record<string, unknown>;
    if (typeof fn !== "function") return object;
    const value = calls(`${layer} ${name}`, object, name, fn);
    Object.defineProperty(object, name, {
      value,
      writable: true,
      configurable: true,
      enumerable: typeof object === "object",
    });
  }
  return object;
}

export const runtime: Runtime = Object.freeze<Runtime>({
  enter(site) {
    beforeCall();
    last = site;
    return enter(site);
  },
  leave: leave as Runtime["leave"],
  bind,
  called,
  calls,
  holds,
  draws,
  keep: keepPrivateFields,
  offer(file: string, top: TopLevel) {
    activeTape()?.offered.set(file, top);
  },
  suspend,
  resume: resume as Runtime["resume"],
});
