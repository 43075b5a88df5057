/** Values of arguments, checked: numbers, choices, files. */
import { resolve } from "node:path";
import { kindOfFile, notThere } from "../runner/file-kind";

/** A mistake in the arguments. */
export class UsageError extends Error {}

export const dtypes = ["float32", "float64"] as const;
export const devices = ["auto", "cpu", "gpu"] as const;

/** The first of the choices when nothing is said. @throws UsageError */
export function oneOfNames<T extends string>(
  name: string,
  value: string | undefined,
  allowed: readonly [T, ...T[]],
): T {
  if (value === undefined) return allowed[0];
  const found = allowed.find((each) => each === value);
  if (!found) throw new UsageError(`--${name} is "${value}"; expected ${allowed.join(" or ")}`);
  return found;
}

/** @throws UsageError */
export function positive(name: string, value: string | undefined, fallback: number): number {
  if (value === undefined) return fallback;
  const number = Number(value);
  if (!(number > 0) || !Number.isFinite(number))
    throw new UsageError(`--${name} is "${value}"; expected a number above 0`);
  return number;
}

/** @throws UsageError */
export function notNegative(name: string, value: string): number {
  const number = Number(value);
  if (value.trim() !== "" && number >= 0 && Number.isFinite(number)) return number;
  throw new UsageError(`--${name} is "${value}"; expected a number, 0 or more`);
}

/** @throws UsageError */
export function wholeNumber(name: string, value: string): number {
  const number = Number(value);
  if (value.trim() !== "" && Number.isSafeInteger(number)) return number;
  throw new UsageError(`--${name} is "${value}"; expected a whole number`);
}

/** The absolute path of a file that is there. @throws UsageError */
export function modelFile(command: string, file: string | undefined): string {
  if (file === undefined)
    throw new UsageError(`gradlens ${command} needs a file: gradlens ${command} model.ts`);
  const found = kindOfFile(file);
  if (found === notThere) throw new UsageError(`there is no file ${file}`);
  if (found !== "file") throw new UsageError(`${file} ${found}; expected a model file or a saved trace`);
  return resolve(file);
}

/** Whether a file is a saved trace, by its name. */
export function isSavedPath(file: string): boolean {
  return /\.gradlens$/i.test(file);
}
