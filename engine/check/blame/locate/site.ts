/** Where in the text a suspect stands. */
import type { Site } from "../../../report/report";
import type { Suspect } from "./choose";

/** What the text alone points to, where that is a part of the suspect, or among the lines that may be meant as well. */
export function siteOfSuspect({ site, others }: Suspect, byText: Site | null): Site {
  if (byText === null || byText.line !== byText.endLine) return site;
  const isThere = (each: Site) => each.file === byText.file && each.line === byText.line;
  if (isThere(site)) return isWithin(byText, site) ? byText : site;
  return others.some(isThere) ? byText : site;
}

function isWithin(part: Site, whole: Site): boolean {
  return whole.line === whole.endLine && whole.column <= part.column && part.endColumn <= whole.endColumn;
}
