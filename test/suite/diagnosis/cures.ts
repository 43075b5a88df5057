/** Applies the fixes that findings offer, one at a time, and runs what comes of it. */
import type { Finding, Fix } from "../../../engine/report/report";
import type { Engine } from "../../../engine/runner/client";
import { applyEdits } from "../../../engine/source/apply-edits";
import { type Diagnosed, diagnoseModel } from "./diagnose-model";

/** A fix that was offered as edits. */
export interface Offer {
  readonly diagnosed: Diagnosed;
  readonly finding: Finding;
  readonly fix: Fix;
  readonly text: string;
}

export interface Cure extends Offer {
  /** What is wrong after it; empty where it cures. */
  readonly left: readonly string[];
}

/** The fixes of a model's findings that are edits of its file. */
export function offersIn(diagnosed: Diagnosed): Offer[] {
  const { model } = diagnosed;
  return diagnosed.findings.flatMap((finding) =>
    finding.fixes.flatMap((fix) => {
      const edits = fix.edits ?? [];
      if (edits.length === 0 || edits.some(({ site }) => site.file !== model.file)) return [];
      return [{ diagnosed, finding, fix, text: applyEdits(model.text, model.file, edits) }];
    }),
  );
}

/** Whether the finding's rule is silent after the fix, and no rule speaks that was silent before. */
export async function tryCure(engine: Engine, offer: Offer): Promise<Cure> {
  const { model, findings } = offer.diagnosed;
  const after = await diagnoseModel(engine, model, { text: offer.text });
  const before = new Set(findings.map(({ rule }) => rule));
  before.delete(offer.finding.rule);
  const left = after.findings.map(({ rule }) => rule).filter((rule) => !before.has(rule));
  return { ...offer, left: after.failure === null ? left : [...left, after.failure] };
}
