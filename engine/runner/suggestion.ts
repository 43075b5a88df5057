/** What a person most likely meant by a name that is not there. */
import * as gradlens from "../index";
import { nearest } from "./nearest";

const notThere =
  /^(?:.*\.)?([\p{ID_Start}$_][\p{ID_Continue}$]*) is not (?:a function|a constructor|defined)$/u;

const notCallable = /^((?:this\.)?[\p{ID_Start}$_][\p{ID_Continue}$]*) is not a function$/u;

/** A hint for "x.matmull is not a function", "nn.Linar is not a constructor", "rellu is not defined"; else null. */
export function suggestName(message: string): string | null {
  // A name by itself that is no function is there: most likely a layer, called as in PyTorch.
  const called = notCallable.exec(message)?.[1];
  if (called !== undefined) return `a layer is called by its forward: ${called}.forward(…)`;
  const name = notThere.exec(message)?.[1];
  if (name === undefined) return null;
  if (message.endsWith("defined") && Object.hasOwn(gradlens, name)) {
    return `write import { ${name} } from "gradlens"`;
  }
  // Classes begin with a capital, functions do not.
  const isClass = /^[A-Z]/.test(name);
  const like = nearest(
    name,
    knownNames().filter((known) => /^[A-Z]/.test(known) === isClass),
  );
  return like === null ? null : `did you mean ${like}?`;
}

let names: readonly string[] | null = null;

function knownNames(): readonly string[] {
  names ??= [
    ...[gradlens, gradlens.nn, gradlens.optim, gradlens.data].flatMap((each) => Object.keys(each)),
    ...Object.getOwnPropertyNames(gradlens.Tensor.prototype),
  ];
  return names;
}
