/** A trace on a disk, as an earlier window wrote it: read back only when it has its form. */
import { lstat, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { deserialize, serialize } from "node:v8";
import { bytes, count, type Form, fits, listOf, object, recordOf, text } from "../engine/report/forms";
import { type OpenReport, openBytes } from "../engine/report/open-bytes";
import type { Check } from "../engine/report/report";
import { check } from "../engine/report/report-form";
import { TRACE_VERSION } from "../engine/report/trace";
import { readRegularFile, replaceFile } from "../engine/runner/regular-file";

export interface KeptTrace {
  readonly report: OpenReport;
  readonly checks: readonly Check[];
  /** Each file's text when it was traced. */
  readonly texts: Readonly<Record<string, string>>;
}

/** Only traces of this version are read back. */
const VERSION = TRACE_VERSION;
/** Larger ones are not worth a window's reload. */
const MOST_BYTES = 2 ** 27;

/** As it lies on the disk. */
interface Written extends Omit<KeptTrace, "report"> {
  readonly version: number;
  readonly trace: Uint8Array;
}

const form: Form<Written> = object<Written>({
  version: count,
  trace: bytes,
  checks: listOf(check),
  texts: recordOf(text),
});

/** Writes a trace, when it is not too large; whether it was. */
export async function writeTrace(path: string, { report, checks, texts }: KeptTrace): Promise<boolean> {
  const written: Written = { version: VERSION, trace: report.bytes, checks, texts };
  const content = serialize(written);
  if (content.length > MOST_BYTES || !Object.values(texts).every((each) => fits(each, text))) return false;
  await replaceFile(path, content);
  return true;
}

/**
 * The trace at a path; null when there is none, or one of another version.
 * @throws Error for what is damaged or no file, after putting it away
 */
export async function readKept(path: string): Promise<KeptTrace | null> {
  try {
    const kept: unknown = deserialize(await readRegularFile(path, { most: MOST_BYTES, followLinks: false }));
    const version = fieldOf(kept, "version");
    if (typeof version === "number" && version !== VERSION) return null;
    const misfit = form.misfit(kept);
    if (misfit) throw new Error(`trace${misfit.at} is not ${misfit.expected}`);
    const { trace, checks, texts } = kept as Written;
    return { report: openBytes(trace), checks, texts };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    await rm(path, { force: true }).catch(() => undefined);
    throw error;
  }
}

/** Removes all traces of a folder but those that were written last; gives how many it removed. */
export async function forgetOldest(folder: string, most: number): Promise<number> {
  const names = (await readdir(folder)).filter((name) => name.endsWith(".trace"));
  const found = await Promise.all(
    names.map(async (name) => {
      const path = join(folder, name);
      return { path, writtenAt: (await lstat(path)).mtimeMs };
    }),
  );
  const old = found.sort((a, b) => b.writtenAt - a.writtenAt).slice(most);
  await Promise.all(old.map(({ path }) => rm(path, { force: true })));
  return old.length;
}

function fieldOf(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined;
}
