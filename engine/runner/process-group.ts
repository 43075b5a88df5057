/** A process and all that it started, ended as one. */
import { readdirSync, readFileSync } from "node:fs";

/** Whether a child gets a group of its own; Windows knows none, and a window of its own would open there. */
export const hasGroups = process.platform !== "win32";

/** Stands in the environment of an engine process, from where all that it starts inherits it. */
export const runVariable = "GRADLENS_RUN";

// Taken before a model can change it: the engine's own process ends its group, too.
const kill = process.kill.bind(process);

/** Ends the process `pid`, which leads a group, with everything in that group; nothing happens when all are gone. */
export function endGroup(pid: number | undefined): void {
  if (pid !== undefined) end(hasGroups ? -pid : pid);
}

/**
 * Ends what was started in the run of that name and left its group. Linux alone says which these are; elsewhere they
 * stay until they end by themselves.
 */
export function endStrays(run: string): void {
  if (process.platform !== "linux") return;
  const entry = `${runVariable}=${run}\0`;
  // One that is starting another while it ends leaves that one for the next look.
  for (let looks = 0; looks < 3; looks++) {
    const found = processes().filter((pid) => pid !== process.pid && environmentOf(pid).includes(entry));
    if (found.length === 0) return;
    for (const pid of found) end(pid);
  }
}

function end(pid: number): void {
  try {
    kill(pid, "SIGKILL");
  } catch {
    // Gone already.
  }
}

function processes(): number[] {
  try {
    return readdirSync("/proc").map(Number).filter(Number.isInteger);
  } catch {
    return [];
  }
}

function environmentOf(pid: number): string {
  try {
    return `${readFileSync(`/proc/${pid}/environ`, "latin1")}\0`;
  } catch {
    return "";
  }
}
