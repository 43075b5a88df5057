/** What V8 compiled of the engine, kept in a file for the next process: it starts in two thirds of the time. */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { crc32 } from "node:zlib";

/** Names the folder in the environment of an engine process; without it nothing is kept. */
export const codeCacheVariable = "GRADLENS_CODE_CACHE";

/** Checksums of the source, and of what was compiled of it. */
const HEAD_BYTES = 8;

/** What an earlier process kept; undefined when there is nothing, or something damaged, or of another source. */
export function readCode(path: string, sum: number): Buffer | undefined {
  try {
    const bytes = readFileSync(path);
    const compiled = bytes.subarray(HEAD_BYTES);
    const isWhole = bytes.readUInt32LE(0) === sum && bytes.readUInt32LE(4) === crc32(compiled);
    return isWhole ? compiled : undefined;
  } catch {
    return undefined;
  }
}

/** Writes beside and renames: other processes may be reading. */
export function keepCode(path: string, sum: number, compiled: Buffer): void {
  const sums = Buffer.alloc(HEAD_BYTES);
  sums.writeUInt32LE(sum, 0);
  sums.writeUInt32LE(crc32(compiled), 4);
  mkdirSync(dirname(path), { recursive: true });
  const beside = `${path}.${process.pid}`;
  writeFileSync(beside, Buffer.concat([sums, compiled]));
  renameSync(beside, path);
}
