/** A process and all that it started, ended as one. */

/** Whether a child gets a group of its own; Windows knows none, and a window of its own would open there. */
export const hasGroups = process.platform !== "win32";

// Taken before a model can change it: the engine's own process ends its group, too.
const kill = process.kill.bind(process);

/** Ends the process `pid`, which leads a group, with everything in that group; nothing happens when all are gone. */
export function endGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    kill(hasGroups ? -pid : pid, "SIGKILL");
  } catch {
    // Gone already.
  }
}
