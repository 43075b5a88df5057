/** Reads and writes files that somebody else may have put something else in the place of: a link, a pipe, a device. */
import { constants } from "node:fs";
import { mkdir, open, rename, rm, writeFile } from "node:fs/promises";
import { dirname, isAbsolute, relative, sep } from "node:path";

/** Whether a path lies in a folder or in one below it, whatever `..` stands in it. */
export function liesBelow(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way !== "" && way !== ".." && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

export interface ReadOptions {
  /** In bytes; a larger file is refused. */
  readonly most: number;
  /** Whether the path may be a link to a file. */
  readonly followLinks: boolean;
}

/** The bytes of a regular file. @throws Error for what is none, or is too large; as `open` does for what is not there */
export async function readRegularFile(path: string, { most, followLinks }: ReadOptions): Promise<Buffer> {
  // Opening a pipe would wait for a writer. Windows knows neither flag.
  const { O_RDONLY, O_NONBLOCK = 0, O_NOFOLLOW = 0 } = constants;
  const file = await open(path, O_RDONLY | O_NONBLOCK | (followLinks ? 0 : O_NOFOLLOW));
  try {
    const stat = await file.stat();
    if (!stat.isFile()) throw new Error(`${path} is no regular file`);
    if (stat.size > most) throw new Error(`${path} has ${stat.size} bytes, more than ${most}`);
    const bytes = Buffer.alloc(stat.size);
    // It may have been cut or grown meanwhile: what it had is what counts.
    let length = 0;
    while (length < bytes.length) {
      const { bytesRead } = await file.read(bytes, length, bytes.length - length, length);
      if (bytesRead === 0) break;
      length += bytesRead;
    }
    return bytes.subarray(0, length);
  } finally {
    await file.close();
  }
}

/** Writes beside and renames, so that half a file is never read; what stands in the way is not written through. */
export async function replaceFile(path: string, bytes: Uint8Array): Promise<void> {
  const beside = `${path}.new`;
  await mkdir(dirname(path), { recursive: true });
  await rm(beside, { force: true });
  await writeFile(beside, bytes, { flag: "wx" });
  await rename(beside, path);
}
