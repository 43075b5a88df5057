/** A comment to Gradlens that does nothing: what it was written for did not happen, or it stands at the wrong line. */
import type { Finding, Site } from "../report/report";
import { said } from "./said";

/** @param line what the comment is about; @param detail why it may go */
export function unusedComment(
  rule: string,
  { comment, line }: { readonly comment: Site; readonly line: number },
  message: string,
  detail: string,
): Finding {
  return {
    rule,
    severity: "info",
    ...said(message),
    site: comment,
    node: null,
    evidence: { line },
    related: [],
    fixes: [{ title: "Remove the comment", detail, edits: [{ site: comment, newText: "" }] }],
  };
}
