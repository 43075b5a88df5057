/** A check under way: what it is about, and how far it is. */

import type { CheckTarget } from "../engine/report/questions";
import type { Report } from "../engine/report/report";

/** Counts are shown this often while the fraction hardly moves. */
const PROGRESS_MS = 500;

export interface Checking {
  readonly target: CheckTarget;
  readonly fraction: number | null;
  /** What is compared now: "net.conv1.weight: 1,200 of 9,408 compared". */
  readonly message: string;
  /** When this was so, in milliseconds of the epoch. */
  readonly at: number;
}

/** Whether progress is worth showing: enough for an eye, and little enough for the editor. */
export function isNews(now: Checking, shown: Checking): boolean {
  const moved = now.fraction === null || Math.abs(now.fraction - (shown.fraction ?? 0)) >= 0.02;
  return moved || now.at - shown.at >= PROGRESS_MS;
}

/** Layers with parameters of their own below the target; 1 for what is one layer, or none. */
export function countLayers(target: CheckTarget, report: Report | null): number {
  const names = (report?.parameters ?? []).map(({ name }) => name);
  const isMeant = (name: string) =>
    target.kind === "all" || (target.kind === "path" && name.startsWith(`${target.path}.`));
  const layers = new Set(names.filter(isMeant).map((name) => name.slice(0, name.lastIndexOf("."))));
  return Math.max(1, layers.size);
}
