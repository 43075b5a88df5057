/** What is said where the findings of a run are not known. */
import type { DiagnosisState } from "../webview/protocol";

export const undiagnosedTitle = "not diagnosed";

/** Why there are no findings; empty where they are known, or will be in a moment. */
export function whyUndiagnosed(diagnosis: DiagnosisState): string {
  if (diagnosis.kind === "failed") return `The run could not be diagnosed: ${diagnosis.message}`;
  return diagnosis.kind === "stopped"
    ? "The run was not diagnosed: that was stopped. Trace again to have it."
    : "";
}
