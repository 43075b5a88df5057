/** Where in the text a suspect stands. */
import type { Site } from "../../report";
import type { Suspect } from "./choose";

/** The site that the text alone points to where it is among those that may be meant, or holds one of them. */
export function siteOfSuspect({ site, others }: Suspect, byText: Site | null): Site {
  if (byText === null) return site;
  const isInside = (each: Site) =>
    each.file === byText.file && byText.line <= each.line && each.line <= byText.endLine;
  const inside = [site, ...others].find(isInside);
  return inside === undefined || inside === site ? site : byText.line === byText.endLine ? byText : inside;
}
