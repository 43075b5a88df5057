/** The folder in which the command was given: paths are read and shown from there. */

/** Null where it was removed meanwhile. */
export const currentFolder = readFolder();

function readFolder(): string | null {
  try {
    return process.cwd();
  } catch {
    return null;
  }
}
