/** A session's trace as the bytes of a file; read when something is saved. */
import { encodeSaved, markOfText, openSaved } from "../../engine/report/saved-trace";
import type { Session } from "../session";

/** The run that is shown: with its values while its engine is there, else without. */
export async function savedBytes({
  engine,
  report,
  checks,
  checkFindings,
  edits,
}: Session): Promise<Uint8Array> {
  if (!report) throw new Error("nothing was traced");
  const facts = { checks, findings: checkFindings, savedAt: Date.now() };
  const answer = engine.hasTape ? await engine.ask("save", facts, {}) : null;
  if (answer && "bytes" in answer && openSaved(answer.bytes).report.run === report.run) return answer.bytes;
  const files = new Set([report.file, ...report.nodes.flatMap(({ site }) => site?.file ?? [])]);
  const marks = [...files].flatMap((file) => {
    const text = edits.tracedText(file);
    return text === undefined ? [] : [[file, markOfText(text)] as const];
  });
  const sources = Object.fromEntries(marks);
  return encodeSaved({
    ...facts,
    sources,
    trace: report.bytes,
    nodes: 0,
    elements: () => null,
  });
}

/** How many values and gradients are among them, and how many were left out. */
export function countValues(bytes: Uint8Array): { readonly kept: number; readonly leftOut: number } {
  return openSaved(bytes);
}
