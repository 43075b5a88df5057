/**
 * The calls in a running model: which one began last; and between them what the model replaced of JavaScript is put back,
 * before the engine computes with it.
 */
import { ModelProblem } from "./model-problem";

/** Puts things back. @returns the names of what was replaced */
export type Repair = () => readonly string[];

/** A look costs as much as ten small operations: so before each of the first calls, and then before one of many. */
const FIRST_CALLS = 1000;
const EVERY = 256;

let repair: Repair = () => [];
let calls = 0;
/** Id of the call that began last, where another thread can read it while this one is busy. */
export const place = new Int32Array(new SharedArrayBuffer(4));

/** Id of the call that began last, whether or not it has ended. */
export function lastSite(): number {
  return place[0] ?? 0;
}

/** A run begins. */
export function beginCalls(of: Repair): void {
  repair = of;
  calls = 0;
  place[0] = 0;
}

/** A call begins. @throws ModelProblem when what was replaced has been in use for a while */
export function beforeCall(site: number): void {
  place[0] = site;
  if (++calls > FIRST_CALLS && calls % EVERY !== 0) return;
  const replaced = repair();
  if (replaced.length > 0 && calls > FIRST_CALLS) throw untrusted(replaced);
}

/** Puts back what was replaced until now; for what the engine does between two calls. */
export function repairNow(): void {
  repair();
}

function untrusted(replaced: readonly string[]): ModelProblem {
  return new ModelProblem(
    `The model changed ${listed(replaced)} while it ran: what was computed since then cannot be trusted`,
    { hint: leaveThem },
  );
}

/** What was replaced cannot be put back. */
export function changedForGood(names: readonly string[]): ModelProblem {
  const message = `The model changed ${listed(names)} so that nobody can put it back, and Gradlens computes with it`;
  return new ModelProblem(message, { hint: leaveThem });
}

/** What to do about a failure that may come from what the model changed. */
export function changedHint(names: readonly string[]): string {
  return `the model changed ${listed(names)}, with which Gradlens computes too: ${leaveThem}`;
}

const leaveThem = "leave JavaScript's own objects as they are";

/** The first names of a list, and how many more there are. */
export function listed(names: readonly string[]): string {
  return names.length > 3 ? `${names.slice(0, 3).join(", ")} and ${names.length - 3} more` : names.join(", ");
}
