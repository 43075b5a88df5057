/** Gradients that are clipped to a small part of themselves in every step. */
import { showNumber, showTimes } from "../../core/number-text";
import type { Site } from "../../report/report";
import { at, rowAt } from "../../report/trace";
import { defineRule, type Trouble } from "../rule";
import { said } from "../said";
import { siteInRow, type Traced } from "../traced";

export const gradientClipping = defineRule({
  id: "gradient-clipping",
  title: "Gradients clipped too hard",
  severity: "warning",
  page: {
    meaning:
      "Clipping shortens a gradient that is longer than a limit. It is meant for the rare step that would go astray.",
    harm: "Where the limit lies far below the usual norm, every step is shortened, and the learning rate no longer says how far one goes.",
    cure: "Look at the norms of some steps and set the limit near the largest usual one; 1 is common.",
    source: "Pascanu, Mikolov and Bengio (2013): the limit is chosen from the average norm.",
  },
  thresholds: {
    ratio: { value: 100, text: "norm of the gradient over the limit, in the middle one of the clips" },
  },
  explains: ["update-ratio"],
  find: (traced, { ratio }) =>
    [...clipsOf(traced).values()].flatMap((clips) =>
      clips.every(({ isEarly }) => isEarly) ? [early(clips)] : report(clips, ratio),
    ),
  measure(traced) {
    const ratios = [...clipsOf(traced).values()].map(middle);
    return ratios.length === 0
      ? null
      : { label: "norm of the gradient over the limit", value: Math.max(...ratios) };
  },
});

interface Clip {
  readonly ratio: number;
  readonly site: Site | null;
  /** Nothing has been differentiated since the gradients were used or cleared. */
  readonly isEarly: boolean;
}

/** Clips by the place in the text. */
function clipsOf(traced: Traced): Map<number, Clip[]> {
  const { acts } = traced.trace.tables;
  const found = new Map<number, Clip[]>();
  let hasGradients = false;
  let hasSteps = false;
  for (let row = 0; row < acts.kind.length; row++) {
    const kind = traced.trace.texts[at(acts.kind, row)];
    if (kind === "backward") hasGradients = true;
    else if (kind === "step" || kind === "zeroGrad") hasGradients = false;
    if (kind === "step") hasSteps = true;
    if (kind !== "clip") continue;
    const place = at(acts.site, row);
    const clip = {
      ratio: at(acts.value, row),
      site: siteInRow(traced, rowAt(acts.site, row)),
      isEarly: !hasGradients,
    };
    found.set(place, [...(found.get(place) ?? []), clip]);
  }
  return hasSteps ? found : new Map();
}

function middle(clips: readonly Clip[]): number {
  return clips.map((clip) => clip.ratio).sort((a, b) => a - b)[Math.floor((clips.length - 1) / 2)] ?? 0;
}

function report(clips: readonly Clip[], limit: number): Trouble[] {
  const ratio = middle(clips);
  const site = clips[0]?.site ?? null;
  if (!(ratio > limit)) return [];
  return [
    {
      ...said(
        `Every gradient is clipped to far below its size: the norm is ${showNumber(ratio, 3)} times the limit, in the middle of ${showTimes(clips.length, "clip")}.`,
        "What is left tells the direction only, and steps are that much shorter than the learning rate says.",
      ),
      site,
      node: null,
      evidence: { ratio, clips: clips.length, limit },
      fixes: [
        {
          title: "Raise the limit to about the usual norm, such as 1",
          detail: "Then only the rare large gradient is shortened.",
          ...(site === null
            ? {}
            : { remedies: [{ change: "argument", call: site, index: 1, value: "1" } as const] }),
        },
      ],
    },
  ];
}

/** Clips that stand before the backward pass, whose gradients they are meant for. */
function early(clips: readonly Clip[]): Trouble {
  return {
    ...said(
      "Gradients are clipped before the backward pass makes them, so the clip does nothing.",
      "It stands behind zeroGrad() or step(), where there are no gradients; those of the step stay as long as they are.",
    ),
    site: clips[0]?.site ?? null,
    node: null,
    evidence: { clips: clips.length, early: clips.length },
    explains: [
      "exploding-gradient",
      "non-finite",
      "learning-rate-edge",
      "update-ratio",
      "activation-scale",
      "initial-loss",
      "dead-units",
    ],
    fixes: [
      {
        title: "Clip between backward() and step()",
        detail: "Then the gradients are there, and the step uses what is left of them.",
      },
    ],
  };
}
