/** What an edit took away: findings of the run before that are no more, until somebody has seen it. */

import { type FindingsNews, showEffect } from "../../engine/report/follow-findings";
import { loadState, saveState } from "../bridge";
import { h, icon } from "../dom";
import { button } from "../toolkit";

const state = loadState({ seenGone: "" });

/** Null when nothing went away, or when it was dismissed. */
export function goneList({ gone }: FindingsNews, run: string): HTMLElement | null {
  if (gone.length === 0 || state.seenGone === run) return null;
  const dismiss = () => {
    state.seenGone = run;
    saveState(state);
    list.remove();
  };
  const list = h(
    "section",
    { class: "gone", "aria-label": "Gone since the run before" },
    icon("pass", "ok"),
    h(
      "div",
      {},
      h("h2", {}, "Gone since the run before"),
      h(
        "ul",
        {},
        gone.map(({ finding: { title, rule, headline }, effect }) => {
          const change = effect === null ? "" : showEffect(effect);
          return h("li", {}, h("strong", {}, title ?? rule), `: ${change === "" ? headline : change}`);
        }),
      ),
    ),
    button("Dismiss", dismiss, { title: "Do not show again what went away in this run" }),
  );
  return list;
}
