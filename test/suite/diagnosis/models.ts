/** Model files whose first line says what keeps them from training, `// expect: rule|rule line=1|2`, or that nothing does. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, parse } from "node:path";

export interface SuiteModel {
  readonly name: string;
  readonly file: string;
  readonly text: string;
  /** Rules that are right answers, none for a healthy model; the model counts for the first. */
  readonly rules: readonly string[];
  /** Lines that may be called the culprit. */
  readonly lines: readonly number[];
}

/** The models of the folders `faulty` and `healthy` in a folder. @param match part of their names */
export function readModels(folder: string, match = ""): SuiteModel[] {
  return ["faulty", "healthy"].flatMap((kind) => {
    const inside = join(folder, kind);
    const names = existsSync(inside) ? readdirSync(inside) : [];
    return names
      .filter((name) => /\.[jt]s$/.test(name) && name.includes(match))
      .toSorted()
      .map((name) => readModel(join(inside, name), kind === "faulty"));
  });
}

function readModel(file: string, isFaulty: boolean): SuiteModel {
  const text = readFileSync(file, "utf8");
  const [, rules = "", lines] = /^\/\/ expect: (\S+)(?: line=([\d|]+))?/.exec(text) ?? [];
  const isRight = isFaulty ? rules !== "none" && lines !== undefined : rules === "none";
  if (!isRight) throw new Error(`${file}: its first line does not say what is to be expected`);
  return {
    name: parse(file).name,
    file,
    text,
    rules: isFaulty ? rules.split("|") : [],
    lines: lines?.split("|").map(Number) ?? [],
  };
}
