/** Where in the text a suspect stands. */
import type { Site } from "../../../report/report";
import type { Suspect } from "./choose";

/** The line that the text alone points to, where that is among those that may be meant as well. */
export function siteOfSuspect({ site, others }: Suspect, byText: Site | null): Site {
  if (byText === null || byText.line !== byText.endLine) return site;
  const isThere = (each: Site) => each.file === byText.file && each.line === byText.line;
  return !isThere(site) && others.some(isThere) ? byText : site;
}
