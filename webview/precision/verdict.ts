/** What would happen to the gradients in a format, in words. */
import { showTimes } from "../../engine/core/number-text";
import { type PrecisionReport, precisions } from "../../engine/report/precision";
import { type Fitness, fitnessOf, precisionVerdict } from "../../engine/report/precision-words";
import { h, icon } from "../dom";

interface Look {
  readonly title: string;
  readonly icon: string;
  readonly tone: "ok" | "info" | "warning";
}

function lookOf(fitness: Fitness, precision: string): Look {
  const looks: Readonly<Record<Fitness, Look>> = {
    fits: { title: `Gradients fit into ${precision} as they are`, icon: "pass", tone: "ok" },
    scale: { title: `Gradients fit into ${precision} with a loss scale`, icon: "info", tone: "info" },
    unfit: { title: `Gradients do not fit into ${precision}`, icon: "warning", tone: "warning" },
  };
  return looks[fitness];
}

export function verdictPart(found: PrecisionReport): HTMLElement {
  const { precision, all, unread } = found;
  const isKnown = all.nonZero > 0;
  const look = lookOf(fitnessOf(found), precision);
  return h(
    "section",
    { class: "verdict" },
    icon(isKnown ? look.icon : "info", isKnown ? look.tone : "info"),
    h(
      "div",
      {},
      h("h2", {}, isKnown ? look.title : `Nothing to tell about ${precision}`),
      h("p", {}, precisionVerdict(found)),
      h(
        "p",
        { class: "dimmed" },
        `${precision}: ${precisions[precision]}. Each gradient is rounded by itself to the nearest number of the format; sums within an operation stay as they are.`,
      ),
      unread > 0 &&
        h(
          "p",
          {},
          `${showTimes(unread, "gradient")} could not be read: ${unread === 1 ? "it is" : "they are"} not counted.`,
        ),
    ),
  );
}
