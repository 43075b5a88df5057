/** A trace on a disk, as an earlier window wrote it: read back only when it has its form. */
import { rm } from "node:fs/promises";
import { deserialize, serialize } from "node:v8";
import { type Form, fits, listOf, object, recordOf, text } from "../engine/report/forms";
import type { Check, REPORT_VERSION, Report } from "../engine/report/report";
import { check, report } from "../engine/report/report-form";
import { readRegularFile, replaceFile } from "./regular-file";

export interface KeptTrace {
  readonly report: Report;
  readonly checks: readonly Check[];
  /** Each file's text when it was traced. */
  readonly texts: Readonly<Record<string, string>>;
}

/** Only reports of this version are read back; the compiler keeps the number. */
const VERSION: typeof REPORT_VERSION = 4;
/** Larger ones are not worth a window's reload. */
const MOST_BYTES = 2 ** 27;

const form: Form<KeptTrace> = object<KeptTrace>({ report, checks: listOf(check), texts: recordOf(text) });

/** Writes a trace, when it is not too large. */
export async function writeTrace(path: string, trace: KeptTrace): Promise<void> {
  const bytes = serialize(trace);
  if (bytes.length <= MOST_BYTES && Object.values(trace.texts).every((each) => fits(each, text)))
    await replaceFile(path, bytes);
}

/**
 * The trace at a path; null when there is none, or one of another version.
 * @throws Error for what is damaged or no file, after putting it away
 */
export async function readKept(path: string): Promise<KeptTrace | null> {
  try {
    const kept: unknown = deserialize(await readRegularFile(path, { most: MOST_BYTES, followLinks: false }));
    const version = fieldOf(fieldOf(kept, "report"), "version");
    if (typeof version === "number" && version !== VERSION) return null;
    const misfit = form.misfit(kept);
    if (misfit) throw new Error(`trace${misfit.at} is not ${misfit.expected}`);
    return kept as KeptTrace;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    await rm(path, { force: true }).catch(() => undefined);
    throw error;
  }
}

function fieldOf(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined;
}
