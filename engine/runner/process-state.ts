/** The process as it was before a model ran in it, and what has to be put back afterwards. */

import { listed } from "./calls";
import { restoreGlobals, restoreVariables, saveGlobals, saveVariables } from "./globals";
import { inUse } from "./intact";
import { activeResources, clearTimers, grown, withTimers } from "./leftovers";
import { restoreListeners, saveListeners } from "./listeners";
import { forgetPrepare } from "./original-stacks";

/** What programs replace for reasons of their own, and nothing of the engine's depends on. */
const usual = /^(Math\.random|Date\.now|Error\.stackTraceLimit|console\..*)$/;

/** Who is told about what a model left behind. */
export interface StateObserver {
  /** The process should not run another model. */
  retire(reason: string): void;
  print(text: string): void;
}

const none: readonly string[] = [];

function saveAll() {
  const builtIns = saveGlobals();
  return {
    builtIns,
    inUse: inUse(builtIns),
    variables: saveVariables(),
    listeners: saveListeners(),
    folder: process.cwd(),
  };
}

export class ProcessState {
  #saved: ReturnType<typeof saveAll> | null = null;
  #resources: ReadonlyMap<string, number> = new Map();
  readonly #timers = new Map<object, () => void>();
  #told: Record<string, true> = {};
  /** What a model changed for good: nothing that is computed in this process is of use any more. */
  #stuck: readonly string[] = none;

  constructor(private readonly observer: StateObserver) {}

  /** A model is about to run. The state is taken once, when the engine is set up and nobody else's code has run. */
  begin(): void {
    this.#saved ??= saveAll();
    this.#told = {};
    this.#resources = activeResources();
  }

  /** Runs a model's code; its timers are remembered. */
  run<T>(fn: () => T): T {
    return withTimers(this.#timers, fn);
  }

  /** Puts back the functions that the engine computes with. @returns the names of those that the model had replaced */
  repair(): readonly string[] {
    if (!this.#saved || this.#saved.inUse.isIntact()) return none;
    const { replaced, stuck } = this.#saved.inUse.restore();
    this.#stuck = stuck;
    if (stuck.length === 0) this.#tell(replaced);
    return replaced;
  }

  /**
   * Puts back JavaScript's own objects and who listens to the process, before anything of ours runs again.
   * @returns the names of what was changed of the objects that the engine computes with
   */
  restore(): readonly string[] {
    if (!this.#saved) return none;
    const { replaced, stuck } = this.#saved.inUse.restore();
    this.#stuck = stuck;
    // Whoever is told would compute with them.
    if (stuck.length > 0) return none;
    forgetPrepare();
    const { changed, added } = restoreGlobals(this.#saved.builtIns);
    const hasOwn = restoreVariables(this.#saved.variables);
    if (restoreListeners(this.#saved.listeners)) {
      this.observer.retire("the model changed the listeners of its process");
    }
    if (hasOwn) this.observer.retire("the model made or changed global variables");
    const everywhere = added.filter((name) => name.startsWith("Object.prototype"));
    this.#tell([...replaced, ...changed.filter((name) => !usual.test(name)), ...everywhere]);
    if (changed.length + added.length > 0) this.observer.retire("the model changed built-in objects");
    return [...replaced, ...everywhere];
  }

  /** Names of what nobody can put back, as of the last time that this was tried. */
  get stuck(): readonly string[] {
    return this.#stuck;
  }

  /** Each name once in a run. */
  #tell(names: readonly string[]): void {
    const news = names.filter((name) => !Object.hasOwn(this.#told, name));
    for (const name of news) this.#told[name] = true;
    if (news.length === 0) return;
    this.observer.print(`The model changed ${listed(news)}; that was put back.\n`);
    this.observer.retire("the model changed built-in objects");
  }

  /** The model is done, or given up. Stops its timers; names what else is left of it. */
  end(isDone: boolean): void {
    this.restore();
    const left = grown(this.#resources, activeResources());
    if (this.#saved) this.#goBack(this.#saved.folder);
    if (clearTimers(this.#timers) > 0 && isDone) {
      this.observer.print("Timers of the model still ran when it was done; they were stopped.\n");
    }
    if (left.length > 0) this.observer.retire(`the model left ${left.join(", ")} open`);
    else if (!isDone) this.observer.retire("the model may still be running");
  }

  /** To the folder of before, which the model may have left or removed, like the one that it went to. */
  #goBack(folder: string): void {
    try {
      process.chdir(folder);
    } catch {
      this.observer.retire("the model removed its folder");
    }
  }
}
