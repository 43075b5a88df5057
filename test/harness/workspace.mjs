// A folder to open: the examples, copied, so that whoever plays with them leaves the repository as it was.
import { cpSync, existsSync, mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { removeAtEnd } from "./cleanup.mjs";
import { root, scratchFolder } from "./paths.mjs";

/** Gives `{ folder, forget() }`. In it `import … from "gradlens"` finds its types, as after `npm install gradlens`. `keep` leaves it there at the end. */
export function copyExamples({ keep = false } = {}) {
  const folder = scratchFolder("examples");
  const forget = keep ? () => {} : removeAtEnd(folder);
  const examples = join(root, "media/examples");
  if (existsSync(examples)) cpSync(examples, folder, { recursive: true });
  mkdirSync(join(folder, "node_modules"));
  symlinkSync(root, join(folder, "node_modules/gradlens"), "junction");
  return { folder, forget };
}
