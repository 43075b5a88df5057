/** Reports that are written beside what is printed: SARIF and JUnit. */
import { writeFileSync } from "node:fs";
import { complain, mistake } from "./answer";
import type { Arguments } from "./arguments";
import type { FileOutcome } from "./file-outcome";
import { toJUnit } from "./junit";
import { toSarif } from "./sarif";
import { readVersion } from "./version";

/** Writes what was asked for, also when the model failed: a CI server shows that too. False when it could not. */
export function writeReports(
  outcome: FileOutcome,
  { sarif, junit }: Pick<Arguments, "sarif" | "junit">,
): boolean {
  const write = (path: string, text: string) => {
    if (path === "-") process.stdout.write(text);
    else writeFileSync(path, text);
  };
  try {
    if (sarif !== null) write(sarif, toSarif(outcome, readVersion()));
    if (junit !== null) write(junit, toJUnit(outcome));
    return true;
  } catch (error) {
    complain(mistake(`the report could not be written: ${error instanceof Error ? error.message : error}`));
    return false;
  }
}
