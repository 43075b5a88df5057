/** How many threads compute, and how the platform starts them: the engine itself knows no platform. */
import { ModelError } from "../core/error";

/** Starts a thread that runs `source`, a script in which `data` is defined; the thread must not keep the process alive. */
export type StartThread = (source: string, data: unknown) => void;

const most = 16;
let starter: StartThread | null = null;
let wanted = 1;

/** Lets large products be computed by `count` threads, started by `start` when they are first needed. */
export function installThreads(start: StartThread, count: number): void {
  starter = start;
  wanted = Math.min(most, Math.max(1, count));
}

/** What starts threads; null where there are none. */
export function threadStarter(): StartThread | null {
  return starter;
}

/** How many threads compute large matrix products and convolutions; results do not depend on it. */
export function getThreads(): number {
  return starter === null ? 1 : wanted;
}

/**
 * Sets how many threads compute large matrix products and convolutions, 1 to 16.
 * @throws ModelError for other numbers
 */
export function setThreads(count: number): void {
  if (!Number.isInteger(count) || count < 1 || count > most) {
    throw new ModelError(`setThreads(): count is ${count}, expected an integer from 1 to ${most}`);
  }
  wanted = count;
}
