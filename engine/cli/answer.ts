/** How a command answers: on which stream, in which form, with which exit code. */
import type { Failure } from "../report/report";
import { type ReadLine, showFailure } from "./messages";
import { styleFor } from "./terminal";

/** Exit codes. */
export const FINE = 0;
export const FAILED = 1;
export const WRONG = 2;

export const out = styleFor(process.stdout, process.env);
const err = styleFor(process.stderr, process.env);

export function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** Tells what is wrong with the file or the arguments. */
export function refuse(failure: Failure, { json }: { readonly json: boolean }): number {
  if (json) print(toJson({ failure }));
  else complain(failure);
  return WRONG;
}

export function complain(failure: Failure, lines?: ReadLine): void {
  process.stderr.write(`${showFailure(failure, err, lines)}\n`);
}

/** A mistake of the person that has no place in a model file. */
export function mistake(message: string, hint: string | null = null): Failure {
  return { kind: "model", message, hint, site: null, stack: [] };
}

/** JSON has no word for what is no finite number: those become strings. */
export function toJson(value: unknown): string {
  const replace = (_key: string, item: unknown) =>
    typeof item === "number" && !Number.isFinite(item) ? String(item) : item;
  return JSON.stringify(value, replace, 2);
}
