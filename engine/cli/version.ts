/** The version of the package. */
import { readFileSync } from "node:fs";
import { join } from "node:path";

export function readVersion(): string {
  const manifest: unknown = JSON.parse(readFileSync(join(__dirname, "..", "package.json"), "utf8"));
  return (manifest as { version: string }).version;
}
