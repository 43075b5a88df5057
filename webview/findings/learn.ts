/** What a finding means, for somebody who hears of it for the first time: on one screen, with this model's numbers. */
import type { Finding } from "../../engine/report/report";
import { h, icon } from "../dom";

/** Null where no rule's page came with the finding. */
export function learnPage({ title, page, headline, explanation }: Finding): HTMLDetailsElement | null {
  if (page === undefined) return null;
  const { meaning, harm, cure, source } = page;
  const parts = [
    ["What it is", meaning],
    ["In this model", [headline, explanation].join(" ").trim()],
    ["What it does to training", harm],
    ["What is done about it", cure],
  ] as const;
  return h(
    "details",
    { class: "learn" },
    h("summary", {}, icon("mortar-board"), ` What does this mean? ${title ?? ""}`),
    h(
      "dl",
      {},
      parts.map(([name, text]) => h("div", {}, h("dt", {}, name), h("dd", {}, text))),
    ),
    h("p", { class: "dimmed" }, source),
  );
}
