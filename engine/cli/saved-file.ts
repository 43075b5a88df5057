/** Saved traces on a disk: read within limits, whatever somebody put there, and written whole or not at all. */
import { dirname, resolve } from "node:path";
import { showCount, showTimes } from "../core/number-text";
import type { Check, Failure, Finding } from "../report/report";
import { openSaved, type SavedTrace } from "../report/saved-trace";
import type { Engine } from "../runner/client";
import { kindOfFile, notThere, whyUnreadable } from "../runner/file-kind";
import { showBytes } from "../runner/memory";
import { readRegularFile, replaceFile } from "../runner/regular-file";
import { complain, mistake } from "./answer";
import { isSavedPath, UsageError } from "./argument-values";
import { showPath } from "./messages";

/** Larger files are not read. */
const MOST_BYTES = 2 ** 30;

/** The absolute path of a file to write. @throws UsageError */
export function savePath(path: string): string {
  if (!isSavedPath(path)) throw new UsageError(`--save is "${path}"; expected a name that ends in .gradlens`);
  const found = kindOfFile(path);
  if (found !== "file" && found !== notThere) throw new UsageError(`--save is "${path}", which ${found}`);
  const folder = dirname(resolve(path));
  if (kindOfFile(folder) !== "is a folder") throw new UsageError(`--save: there is no folder ${folder}`);
  return resolve(path);
}

/** What a file holds; what is wrong with it is a value. */
export async function readSaved(path: string): Promise<SavedTrace | { readonly failure: Failure }> {
  let bytes: Uint8Array;
  try {
    bytes = await readRegularFile(path, { most: MOST_BYTES, followLinks: true });
  } catch (error) {
    const isOurs = error instanceof Error && !("code" in error);
    const why = isOurs ? error.message : `${showPath(path)} ${whyUnreadable(error)}`;
    return { failure: mistake(why) };
  }
  try {
    return openSaved(bytes);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return {
      failure: mistake(
        `${showPath(path)} cannot be read. ${why}`,
        "gradlens trace FILE --save OUT.gradlens writes one",
      ),
    };
  }
}

export interface Saving {
  /** Null: nothing is saved. */
  readonly save: string | null;
  /** Values of more bytes together are left out; null: of more than usual. */
  readonly valueBytes: number | null;
  readonly stdoutIsData: boolean;
}

interface CheckedSoFar {
  readonly checks: readonly Check[];
  readonly findings: readonly Finding[];
}

/** Writes the last run where a person asked for it, and says so; false when it could not. */
export async function saveRun(
  engine: Engine,
  { save, valueBytes, stdoutIsData }: Saving,
  checked: CheckedSoFar = { checks: [], findings: [] },
): Promise<boolean> {
  if (save === null) return true;
  const size = valueBytes === null ? {} : { mostBytes: valueBytes };
  const answer = await engine.ask("save", { ...checked, savedAt: Date.now(), ...size });
  if ("failure" in answer) {
    complain({ ...answer.failure, message: `The trace could not be saved: ${answer.failure.message}` });
    return false;
  }
  try {
    await replaceFile(save, answer.bytes);
  } catch (error) {
    complain(mistake(`${showPath(save)} could not be written: it ${whyUnreadable(error)}`));
    return false;
  }
  const said = `Saved ${showPath(save)}: ${sizeText(answer.bytes.length)}, ${contentText(openSaved(answer.bytes))}`;
  (stdoutIsData ? process.stderr : process.stdout).write(`${stdoutIsData ? "" : "\n"}${said}\n`);
  return true;
}

function sizeText(bytes: number): string {
  return bytes < 2 ** 20 ? `${showCount(Math.ceil(bytes / 1024))} KiB` : showBytes(bytes);
}

/** "with 84 values and gradients"; how many were left out is never kept quiet. */
function contentText({ kept, leftOut, checks }: SavedTrace): string {
  const all = kept + leftOut;
  const values =
    leftOut === 0
      ? `with all ${showCount(all)} values and gradients`
      : `without ${showCount(leftOut)} of ${showCount(all)} values and gradients, for their size; --values MIB makes room`;
  return checks.length === 0 ? values : `${values}, and ${showTimes(checks.length, "check")}`;
}
