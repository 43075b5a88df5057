/** Asks Node's collector, also in the middle of a run. */
import { setFlagsFromString } from "node:v8";
import { createContext, runInContext, Script } from "node:vm";
import { type Collector, installCollector } from "../collector";

/**
 * Opens a context in which `gc` is defined. V8 keeps what a WeakRef was made for, or asked about, until the next
 * checkpoint of microtasks (ECMA-262, ClearKeptObjects); this context has a queue of its own, empty, whose checkpoint
 * comes with every script that runs in it. So the program's own microtasks stay where they are.
 */
function openCollector(): Collector {
  setFlagsFromString("--expose-gc");
  const context = createContext({}, { microtaskMode: "afterEvaluate" });
  const collect = runInContext("gc", context) as (options?: { readonly type: "minor" }) => void;
  setFlagsFromString("--no-expose-gc");
  const checkpoint = new Script("0");
  return {
    collectYoung: () => collect({ type: "minor" }),
    collectAll() {
      checkpoint.runInContext(context);
      collect();
    },
  };
}

let opened: Collector | null = null;

function open(): Collector {
  opened ??= openCollector();
  return opened;
}

/** Frees what is not used any more on JavaScript's heap. */
export function collectGarbage(): void {
  open().collectAll();
}

/** Lets memory be given back while the program's thread is busy. */
export function allowCollection(): void {
  installCollector({ collectYoung: () => open().collectYoung(), collectAll: collectGarbage });
}
