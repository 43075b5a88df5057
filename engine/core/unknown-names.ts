/** Reading a name that no tensor has is a mistake, and not undefined: `x[0]`, `x.length`, `x.foo()`. */
import { ModelError } from "./error";
import { nearestName } from "./options";
import { showShape } from "./shape";
import { isTensor, Tensor } from "./tensor";

/** Names by which others ask what kind of object they have; a tensor has none of them. */
const questions = new Set([
  ...["then", "catch", "finally", "toJSON", "inspect", "nodeType", "tagName", "asymmetricMatch", "default"],
  "href",
]);

/**
 * Has tensors refuse names that they do not have. Names that they have cost nothing more: they are found before.
 * @param functions the library's functions, by name
 */
export function refuseUnknownNames(functions: Readonly<Record<string, unknown>>): void {
  const handler: ProxyHandler<object> = {
    get(target, name, x) {
      if (typeof name === "symbol" || name in target || isQuestion(name) || !isMade(x)) {
        return Reflect.get(target, name, x);
      }
      throw unknown(x, name, functions);
    },
    set(target, name, value, x) {
      const meant = typeof name === "symbol" ? null : inCamelCase(name, x);
      if (meant === null) return Reflect.set(target, name, value, x);
      throw missing(`a tensor has no ${String(name)}`, `did you mean ${meant}?`);
    },
  };
  Object.setPrototypeOf(Tensor.prototype, new Proxy(Object.create(Object.prototype), handler));
}

function isQuestion(name: string): boolean {
  return questions.has(name) || /^[_$@]/.test(name);
}

/** A tensor itself, and not a prototype of tensors. */
function isMade(x: unknown): x is Tensor {
  return isTensor(x) && Object.hasOwn(x, "shape");
}

/** The name that PyTorch's `requires_grad` has here; null for a name that is none of PyTorch's. */
function inCamelCase(name: string, x: object): string | null {
  const camel = name.replace(/(?<=[a-z0-9])_([a-z])/g, (_, letter: string) => letter.toUpperCase());
  return camel !== name && camel in x ? camel : null;
}

function unknown(x: Tensor, name: string, functions: Readonly<Record<string, unknown>>): ModelError {
  if (/^-?\d+$/.test(name)) {
    const instead = "select" in functions ? `select(x, 0, ${name})` : `narrow(x, 0, ${name}, 1)`;
    return missing(
      `x[${name}] takes nothing from a tensor: found shape ${showShape(x.shape)}`,
      `write ${instead}, or x.data[${name}] for a number`,
    );
  }
  return missing(`a tensor has no ${JSON.stringify(name)}`, hintFor(x, name, functions));
}

/** Its place is told by its stack: no call of the library is running. */
function missing(message: string, hint: string | undefined): ModelError {
  return new ModelError(message, hint === undefined ? { site: 0 } : { hint, site: 0 });
}

function hintFor(x: Tensor, name: string, functions: Readonly<Record<string, unknown>>): string | undefined {
  if (name === "length")
    return "x.shape[0] is the size of the first dimension, x.size the number of elements";
  const camel = inCamelCase(name, x);
  if (camel !== null) return `did you mean ${camel}?`;
  if (name.endsWith("_")) return `tensors do not change in place: write x = x.${name.slice(0, -1)}(…)`;
  if (typeof functions[name] === "function") return `write ${name}(x)`;
  // Every letter is close to every other.
  const near = name.length < 2 ? undefined : nearestName(name, namesOf());
  return near === undefined ? undefined : `did you mean ${near}?`;
}

function namesOf(): string[] {
  return [...Object.getOwnPropertyNames(Tensor.prototype), "shape", "dtype", "grad", "requiresGrad"];
}
