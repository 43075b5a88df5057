/** What the variables at the top of the files lead to: a tensor in a list in an object has a path of its own. */
import { isMadeModule } from "./nn/module-facts";
import { entriesOf, isOpaque, silently } from "./observe";
import { privateFieldsOf } from "./private-fields";
import { isMadeTensor } from "./tensor";

/** Variables by name; a variable whose line has not run throws. */
export type Variables = Readonly<Record<string, () => unknown>>;

const MAX_VALUES = 20_000;
/** Items of one list, map or set. */
const MAX_ITEMS = 1000;
const MAX_DEPTH = 8;

interface Found {
  readonly path: string;
  readonly value: unknown;
  readonly depth: number;
}

/** The shortest path to each tensor and module. */
export function reach(files: readonly Variables[]): Map<object, string> {
  const paths = new Map<object, string>();
  const seen = new Set<unknown>();
  const open = files.flatMap(rootsOf);
  // The list grows while it is read: what is near comes first.
  for (const { path, value, depth } of open) {
    if (!isHolder(value) || seen.has(value)) continue;
    seen.add(value);
    if (isMadeTensor(value) || isMadeModule(value)) paths.set(value, path);
    if (isMadeTensor(value) || depth >= MAX_DEPTH || open.length > MAX_VALUES) continue;
    for (const [step, item] of itemsOf(value))
      open.push({ path: path + step, value: item, depth: depth + 1 });
  }
  return paths;
}

function rootsOf(variables: Variables): Found[] {
  return Object.entries(variables).flatMap(([path, read]) => {
    try {
      return [{ path, value: read(), depth: 0 }];
    } catch {
      return [];
    }
  });
}

function isHolder(value: unknown): value is object {
  return ((typeof value === "object" && value !== null) || typeof value === "function") && !isOpaque(value);
}

/** What an object holds, with the text that leads from the object to it. */
function itemsOf(value: object): [step: string, item: unknown][] {
  if (ArrayBuffer.isView(value)) return [];
  if (Array.isArray(value)) {
    if (typeof value[0] === "number" || typeof value[0] === "string") return [];
    return silently(() => entriesOf(value.length > MAX_ITEMS ? value.slice(0, MAX_ITEMS) : value)).map(
      ([i, item]) => [`[${i}]`, item],
    );
  }
  const fields = silently(() => entriesOf(value)).map(([key, item]): [string, unknown] => [
    stepTo(key),
    item,
  ]);
  const hidden = [...privateFieldsOf(value)].map(([key, [read]]): [string, unknown] => [
    `.#${key}`,
    read(value),
  ]);
  return [...fields, ...hidden, ...collected(value)];
}

function collected(value: object): [string, unknown][] {
  if (value instanceof Map)
    return [...value]
      .slice(0, MAX_ITEMS)
      .flatMap(([key, item]): [string, unknown][] =>
        typeof key === "string" || typeof key === "number" ? [[stepTo(String(key)), item]] : [],
      );
  return value instanceof Set ? [...value].slice(0, MAX_ITEMS).map((item, i) => [`[${i}]`, item]) : [];
}

function stepTo(key: string): string {
  return /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`;
}
