/**
 * Whether the functions are still there that the engine computes with: those of arrays, maps, iterators. A model may
 * replace them at any moment, and the engine runs on the same ones; so this is asked often, and has to be quick.
 */
import { globalName, type Saved } from "./globals";

/** The engine has these to itself, and models have reasons to replace them. */
const spared =
  /^(Math|Date|Error|Intl|console|process|node:[^.]*)\b|\.(toString|toLocaleString|toJSON|valueOf|constructor)$/;

const { defineProperty, getOwnPropertyDescriptor } = Reflect;

interface Used {
  readonly name: string;
  readonly target: object;
  readonly key: PropertyKey;
  readonly descriptor: PropertyDescriptor;
}

export interface InUse {
  /** True as long as nothing was replaced. */
  isIntact(): boolean;
  /** Puts back what was replaced. @returns the names of that, and of what cannot be put back */
  restore(): Restored;
}

export interface Restored {
  readonly replaced: readonly string[];
  readonly stuck: readonly string[];
}

export function inUse(saved: readonly Saved[]): InUse {
  const functions = saved.flatMap(({ name, target, properties }) =>
    properties.flatMap(({ key, descriptor }) => {
      const full = globalName(name, key);
      const isFixed = !descriptor.writable && !descriptor.configurable;
      const isOurs = typeof descriptor.value === "function" && !isFixed && !spared.test(full);
      return isOurs ? [{ name: full, target, key, descriptor }] : [];
    }),
  );
  return { isIntact: compile(functions), restore: () => restore(functions) };
}

function restore(functions: readonly Used[]): Restored {
  const replaced: string[] = [];
  const stuck: string[] = [];
  for (let i = 0; i < functions.length; i++) {
    const { name, target, key, descriptor } = functions[i] as Used;
    if (getOwnPropertyDescriptor(target, key)?.value === descriptor.value) continue;
    if (defineProperty(target, key, descriptor)) replaced[replaced.length] = name;
    else stuck[stuck.length] = name;
  }
  return { replaced, stuck };
}

/** One comparison after the other, as text: each then remembers where its property lies, which a loop over them cannot. */
function compile(functions: readonly Used[]): () => boolean {
  const constants = functions.map(
    (_, i) => `const { target: t${i}, key: k${i}, descriptor: { value: v${i} } } = all[${i}];`,
  );
  const isSame = functions.map(
    ({ key }, i) => `t${i}[${typeof key === "symbol" ? `k${i}` : JSON.stringify(key)}] === v${i}`,
  );
  return new Function("all", `${constants.join("\n")}\nreturn () => ${isSame.join(" && ")};`)(
    functions,
  ) as () => boolean;
}
