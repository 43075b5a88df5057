/**
 * Has the stacks of exceptions name the places in the text that the person wrote, also when the model reads them, or formats
 * them with an `Error.prepareStackTrace` of its own.
 */
import type { ModelSource } from "./model-sources";
import { originalPlace, type TextPlace } from "./original-position";

type CallSite = NodeJS.CallSite;
type Prepare = (error: Error, sites: CallSite[]) => unknown;
type Find = (name: string) => ModelSource | null;

// Taken before a model can change them.
const describeError = Error.prototype.toString;
const { apply, defineProperty, get } = Reflect;

/** What a model has put there. */
let chosen: unknown;
/** What a model sees instead of its own function, so that the function gets the original places. */
const given = new WeakMap<object, Prepare>();
const wrapped = new WeakSet<CallSite>();

/** @param find the compiled file of a name that stands in a stack */
export function showOriginalPlaces(find: Find): void {
  const plain: Prepare = (error, sites) => format(error, sites, find);
  const prepareFor = (own: Prepare): Prepare => {
    const known = given.get(own);
    if (known) return known;
    const prepare: Prepare = (error, sites) =>
      apply(own, Error, [error, sites.map((site) => wrap(site, find))]);
    given.set(own, prepare);
    given.set(prepare, prepare);
    return prepare;
  };
  given.set(plain, plain);
  defineProperty(Error, "prepareStackTrace", {
    get: () =>
      chosen === undefined ? plain : typeof chosen === "function" ? prepareFor(chosen as Prepare) : chosen,
    set: (value: unknown) => {
      chosen = value === plain ? undefined : value;
    },
    configurable: true,
    enumerable: false,
  });
}

/** The next model begins without what the last one has put there. */
export function forgetPrepare(): void {
  chosen = undefined;
}

/** As V8 does it. */
function format(error: Error, sites: readonly CallSite[], find: Find): string {
  const lines = [headOf(error)];
  for (const site of sites) lines.push(`    at ${showSite(site, find)}`);
  return lines.join("\n");
}

function headOf(error: Error): string {
  try {
    const { name, message, code } = error as NodeJS.ErrnoException;
    const isNodes = Object.getOwnPropertySymbols(error).some(
      ({ description }) => description === "kIsNodeError",
    );
    return isNodes ? `${name} [${code}]: ${message}` : (apply(describeError, error, []) as string);
  } catch {
    return "<error>";
  }
}

function placeOf(site: CallSite, find: Find): { readonly file: string; readonly place: TextPlace } | null {
  const file = site.getScriptNameOrSourceURL?.() ?? site.getFileName();
  const [line, column] = [site.getLineNumber(), site.getColumnNumber()];
  const source = file ? find(file) : null;
  if (!file || !source || line === null || column === null) return null;
  return { file, place: originalPlace(source, line, column) };
}

function showSite(site: CallSite, find: Find): string {
  const shown = String(site);
  if (wrapped.has(site)) return shown;
  if (site.isEval())
    return shown.replace(inText, (whole, file, line, column) => moved(whole, file, line, column, find));
  const found = placeOf(site, find);
  if (!found) return shown;
  const at = shown.lastIndexOf(`${found.file}:`) + found.file.length;
  const { line, column } = found.place;
  return shown.slice(0, at) + shown.slice(at).replace(/^:\d+:\d+/, `:${line}:${column}`);
}

/** Of code from `eval` the stack names the call of `eval`, too. */
const inText = /(?<=\()((?:file:\/\/)?[^()]+?):(\d+):(\d+)(?=\))/g;

function moved(whole: string, file: string, line: string, column: string, find: Find): string {
  const source = find(file);
  if (!source) return whole;
  const place = originalPlace(source, Number(line), Number(column));
  return `${file}:${place.line}:${place.column}`;
}

/** The same call, at its place in the text. */
function wrap(site: CallSite, find: Find): CallSite {
  const found = wrapped.has(site) ? null : placeOf(site, find);
  if (!found) return site;
  const { line, column } = found.place;
  const shown = showSite(site, find);
  const own: Readonly<Record<PropertyKey, unknown>> = {
    getLineNumber: () => line,
    getColumnNumber: () => column,
    toString: () => shown,
  };
  const proxy = new Proxy(site, {
    get(target, key) {
      if (Object.hasOwn(own, key)) return own[key];
      const value: unknown = get(target, key, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
  wrapped.add(proxy);
  return proxy;
}
