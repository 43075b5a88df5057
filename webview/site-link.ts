/** A place in the source as a link that shows it in the editor. */
import type { Site } from "../engine/report/report";
import { post } from "./bridge";
import { h, on } from "./dom";
import { formatSite } from "./format";

export function siteLink(site: Site, text = formatSite(site)): HTMLElement {
  return linkButton(text, () => post("reveal", { site }), `Show ${formatSite(site)} in the editor`);
}

/** A button that looks like a link: it acts here and leads nowhere else. */
export function linkButton(text: string, onClick: () => void, title?: string): HTMLElement {
  return on(h("button", { type: "button", class: "link", title }, text), { click: onClick });
}
