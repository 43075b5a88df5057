/** What stands at a path, in words: a model file may be anything that a file system holds. */
import { accessSync, constants, type Stats, statSync } from "node:fs";

export const notThere = "is not there";

const reasons: Readonly<Record<string, string>> = {
  ENOENT: notThere,
  ENOTDIR: "is not there: a part of its path is no folder",
  EACCES: "cannot be read: the permission is missing",
  EPERM: "cannot be read: the permission is missing",
  ELOOP: "is a link that leads back to itself",
  ENAMETOOLONG: "has a name that is too long for the file system",
  ERR_INVALID_ARG_VALUE: "has a name that no file can have",
  EMFILE: "cannot be read: too many files are open",
  EISDIR: "is a folder",
};

/** "file" for a regular file that can be read; else what is wrong, as "is a folder". */
export function kindOfFile(path: string): string {
  try {
    const stats = statSync(path);
    if (stats.isFile()) accessSync(path, constants.R_OK);
    return stats.isFile() ? "file" : kindOf(stats);
  } catch (error) {
    return whyUnreadable(error);
  }
}

/** Why a file could not be read. */
export function whyUnreadable(error: unknown): string {
  const { code = "", message } = error as NodeJS.ErrnoException;
  return reasons[code] ?? `cannot be read: ${message}`;
}

function kindOf(stats: Stats): string {
  if (stats.isDirectory()) return "is a folder";
  if (stats.isFIFO()) return "is a pipe";
  if (stats.isSocket()) return "is a socket";
  return "is a device";
}
