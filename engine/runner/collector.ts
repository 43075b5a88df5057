/** Asks Node's collector, also in the middle of a run. */
import { setFlagsFromString } from "node:v8";
import { createContext, runInNewContext, Script } from "node:vm";
import { type Collector, installCollector } from "../core/collector";

type CollectGarbage = (options?: { readonly type: "minor" }) => void;

/** What `node --expose-gc` puts there, before anybody can take it away. */
const given = (globalThis as { readonly gc?: CollectGarbage }).gc;

/** In a process that was started without that flag, a new context gets it all the same. */
function exposeGc(): CollectGarbage {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as CollectGarbage;
  setFlagsFromString("--no-expose-gc");
  return collect;
}

/**
 * V8 keeps what a WeakRef was made for, or asked about, until the next checkpoint of microtasks (ECMA-262,
 * ClearKeptObjects). The context here has a queue of its own, empty, whose checkpoint comes with every script that runs
 * in it: so the program's own microtasks stay where they are.
 */
function openCollector(): Collector {
  const collect = given ?? exposeGc();
  const context = createContext({}, { microtaskMode: "afterEvaluate" });
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
