/** Hand-written backward passes with one line made wrong: `right; //! wrong; //! wrong in another way` in the fixtures. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Check } from "../../engine/report/report";
import type { Engine } from "../../engine/runner/client";

const mark = " //! ";

/** A text of a file; `line` is the one that is wrong, null in the right one. */
export interface Planted {
  readonly name: string;
  readonly file: string;
  readonly text: string;
  readonly line: number | null;
}

/** The right text of each file in a folder, and one for each mistake. */
export function readPlanted(folder: string): Planted[] {
  return readdirSync(folder).flatMap((name): Planted[] => {
    const file = join(folder, name);
    const lines = readFileSync(file, "utf8").split("\n");
    const right = lines.map((line) => line.split(mark)[0] ?? "");
    const planted = lines.flatMap((line, i) =>
      line
        .split(mark)
        .slice(1)
        .map((wrong) => ({
          name: `${name}:${i + 1}: ${wrong.trim()}`,
          file,
          text: right.with(i, wrong).join("\n"),
          line: i + 1,
        })),
    );
    return [{ name, file, text: right.join("\n"), line: null }, ...planted];
  });
}

export interface Located {
  readonly planted: Planted;
  /** Whether a check fails. */
  readonly fails: boolean;
  readonly lines: readonly (number | undefined)[];
  readonly ms: number;
}

/** What the checks of a text blame. @param params of a run of its file */
export async function locate(
  engine: Engine,
  planted: Planted,
  params: Parameters<Engine["trace"]>[0],
): Promise<Located> {
  const begun = performance.now();
  await engine.trace({ ...params, overlays: { [planted.file]: planted.text } });
  const result = await engine.check({ target: { kind: "all" } });
  const ms = performance.now() - begun;
  const checks: readonly Check[] = "checks" in result ? result.checks : [];
  if (checks.length === 0) throw new Error(`${planted.name}: ${JSON.stringify(result)}`);
  const failing = checks.filter(({ outcome }) => outcome === "fail");
  const lines = [...new Set(failing.map(({ culprit }) => culprit?.site?.line))];
  return { planted, fails: failing.length > 0, lines, ms };
}

/** Whether all failing checks blame the line that is wrong. */
export function isInLine({ planted: { line }, lines }: Located): boolean {
  return lines.length > 0 && lines.every((each) => each === line);
}
