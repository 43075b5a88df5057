/** What instrumented code calls. */

import { tellCall } from "../core/hand-calls";
import { fieldOf } from "../core/observe";
import { keepPrivateFields } from "../core/private-fields";
import { enter, leave, leaveThrowing, resume, suspend } from "../core/sites";
import { activeTape, enterModule } from "../core/tape";
import type { TopLevel } from "../core/top-level";
import { tellsItself } from "../nn/forward-calls";
import { isMadeModule } from "../nn/module-facts";
import type { Runtime } from "../source";
import { bind } from "../tracing/binding";
import { readsData, writesData } from "../tracing/data-access";
import { draws } from "../tracing/draws";
import { burn, codeInstead } from "../tracing/instead";
import { standIn } from "../tracing/stand-in";
import { passStep } from "../tracing/steps";
import { beforeCall, repairNow } from "./calls";

const nothing = Symbol("nothing");
/** Of the layer that an exception leaves: what to go back to. */
let thrown: unknown = nothing;

function called(layer: string, self: unknown, args: ArrayLike<unknown>): void {
  tellCall(layer);
  const object = (typeof self === "object" || typeof self === "function") && self !== null ? self : null;
  activeTape()?.notes.handCalls.note(layer, object, args);
}

/** The function itself to whoever asks for its name or its parameters, told of when it is called. */
function calls<F>(layer: string, self: unknown, name: string, fn: F): F {
  if (typeof fn !== "function") return fn;
  if (fn.name === "") Object.defineProperty(fn, "name", { value: name, configurable: true });
  const told = standIn(fn as unknown as (...args: never[]) => unknown, {
    apply(target, receiver, args: unknown[]) {
      called(layer, self ?? receiver, args);
      return Reflect.apply(target, receiver, args) as unknown;
    },
  });
  return told as unknown as F;
}

/** Calls count as calls of this object, whatever `this` is in them. */
function holds<T extends object>(layer: string, isLayer: boolean, object: T): T {
  activeTape()?.notes.handCalls.hold(layer, object);
  if (!isLayer) return object;
  for (const name of ["forward", "backward"] as const) {
    const fn = fieldOf(object, name);
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
    beforeCall(site);
    return enter(site);
  },
  leave: leave as Runtime["leave"],
  bind,
  called,
  calls,
  holds,
  draws,
  into: (self) => (isMadeModule(self) ? enterModule(self) : suspend()),
  threw(before, error) {
    thrown = before;
    return error;
  },
  out(before) {
    if (thrown === before) leaveThrowing(before as ReturnType<typeof suspend>);
    else (leave as Runtime["leave"])(before, undefined);
    thrown = nothing;
  },
  tells(forward) {
    tellsItself(forward);
    return forward;
  },
  keep: keepPrivateFields,
  offer(file: string, top: TopLevel) {
    repairNow();
    activeTape()?.notes.offered.set(file, top);
  },
  step: passStep as Runtime["step"],
  instead: codeInstead,
  burn,
  declares(file, variables) {
    repairNow();
    activeTape()?.notes.variables.push({ file, variables });
  },
  reads: readsData,
  writes: writesData,
  suspend,
  resume: resume as Runtime["resume"],
});
