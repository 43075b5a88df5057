/** What a person must know to read a comparison: why two seeds gave the same numbers. */
import { readFileSync } from "node:fs";
import type { RunComparison } from "../report/comparison";
import type { RunChoice } from "./compare-arguments";
import { showPath } from "./messages";

export function notesOn({ isIdentical }: RunComparison, [a, b]: readonly [RunChoice, RunChoice]): string[] {
  if (!isIdentical || a.seed === b.seed) return [];
  const calls = [...new Set([a.file, b.file])].flatMap((file) => {
    const line = lineOfSeed(file);
    return line === null ? [] : [`${showPath(file)}:${line}`];
  });
  const why =
    calls.length > 0
      ? `the model calls manualSeed() itself (${calls.join(", ")}), and so decides its random numbers`
      : "nothing random is in the run, or the model seeds it itself";
  return [`The seeds ${a.seed} and ${b.seed} gave the same numbers: ${why}.`];
}

/** The line that calls manualSeed; null when none does. */
function lineOfSeed(file: string): number | null {
  try {
    const lines = readFileSync(file, "utf8").split("\n");
    const index = lines.findIndex((line) => /^[^/*]*\bmanualSeed\(/.test(line));
    return index < 0 ? null : index + 1;
  } catch {
    return null;
  }
}
