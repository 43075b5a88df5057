// Processes by a mark in their environment, which whatever they start inherits. Linux alone tells about them.
import { readdirSync, readFileSync } from "node:fs";

/** Ids of the processes that carry the mark in their environment. */
export function carrying(mark: string): number[] {
  return readdirSync("/proc")
    .filter((each) => /^\d+$/.test(each))
    .map(Number)
    .filter((pid) => {
      try {
        const isGone = /^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
        return !isGone && readFileSync(`/proc/${pid}/environ`, "utf8").includes(mark);
      } catch {
        return false;
      }
    });
}

/** Resolves after so many milliseconds. */
export const pause = (ms: number) => new Promise<void>((done) => setTimeout(done, ms));

/** Waits so long for the end of all that carry the mark; gives those that are left. */
export async function goneWithin(mark: string, ms: number): Promise<number[]> {
  const deadline = Date.now() + ms;
  while (carrying(mark).length > 0 && Date.now() < deadline) await pause(100);
  return carrying(mark);
}

function commandLine(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8");
  } catch {
    return "";
  }
}

export const isEngine = (pid: number) => commandLine(pid).includes("engine.js");
/** What the models of these tests start. */
export const isOfModel = (pid: number) => commandLine(pid).startsWith("sleep");
export const isExtensionHost = (pid: number) => commandLine(pid).includes("extensionHost");
