/** Rows for what could not be checked: they say why, and never count as right. */
import { isModelError } from "../../core/error";
import type { Site } from "../../report/report";
import { OutOfTime, OVER } from "../differences/pace";
import { inLine } from "./conclude";
import type { Undecided } from "./verdict";

/** What is known of an exception: its sentence, and where it was thrown. */
export interface Explained {
  readonly message: string;
  readonly site: Site | null;
}

/** Explains what a model threw when a check called it. */
export type Explain = (error: unknown) => Explained;

export const explainPlainly: Explain = (error) => ({
  message: error instanceof Error ? error.message : String(error),
  site: null,
});

/** Whose check it is. */
export type About = Pick<Undecided, "target" | "parameter" | "site" | "elements">;

/** @param reason continues "Nothing was compared: …" */
export function notChecked({ target, parameter, site, elements }: About, reason: string): Undecided {
  return {
    target,
    parameter,
    site,
    elements,
    verdict: "not-checked",
    message: `Nothing was compared: ${reason}.`,
    checked: 0,
    method: "every-element",
    worst: null,
    culprit: null,
    step: 0,
    durationMs: 0,
  };
}

/** The rows of a job, or those that say what it threw: what is wrong with one layer ends the check of no other. */
export async function orNotChecked(
  abouts: readonly About[],
  explain: Explain,
  job: () => Promise<readonly Undecided[]>,
): Promise<readonly Undecided[]> {
  try {
    return await job();
  } catch (error) {
    if (error instanceof OutOfTime) return abouts.map((about) => notChecked(about, OVER));
    const { message, site } = explain(error);
    const reason = isModelError(error) ? message : `it threw "${message}"`;
    return abouts.map((about) => {
      const place = site?.line === about.site?.line ? "" : inLine(site);
      return notChecked({ ...about, site: site ?? about.site }, `${trimmed(reason)}${place}`);
    });
  }
}

function trimmed(sentence: string): string {
  return sentence.replace(/[.\s]+$/, "");
}
