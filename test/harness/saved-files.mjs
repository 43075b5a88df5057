// Saved traces for tests, written by the command line from a model file.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { removeAtEnd } from "./cleanup.mjs";
import { root, scratchFolder } from "./paths.mjs";

/** Runs a model, with `gradlens trace` or what `args` say instead, and gives the bytes of the saved trace. */
export function saveRun(model, args = ["trace"]) {
  const folder = scratchFolder("saved");
  const forget = removeAtEnd(folder);
  const [command, ...rest] = args;
  const run = join(folder, "run.gradlens");
  try {
    execFileSync(process.execPath, [join(root, "dist/cli.js"), command, model, ...rest, "--save", run]);
    return readFileSync(run);
  } finally {
    forget();
  }
}

/** The same bytes with one bit turned over. */
export function spoil(bytes) {
  const spoilt = Uint8Array.from(bytes);
  spoilt[spoilt.length >> 1] ^= 1;
  return spoilt;
}
