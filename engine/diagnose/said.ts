/** What a finding says: the news in one sentence, what explains it, and both as one text. */
import { showNumber } from "../core/number-text";
import type { Finding } from "../report/report";

/** @param explanation sentences, or nothing; a blank in front of it does no harm */
export function said(
  headline: string,
  explanation = "",
): Pick<Finding, "headline" | "explanation" | "message"> {
  const more = explanation.trim();
  return { headline, explanation: more, message: more === "" ? headline : `${headline} ${more}` };
}

/** A number as source code writes it, rounded to its first digit. */
export function numberInCode(value: number): string {
  return showNumber(value, 1).replaceAll(",", "");
}
