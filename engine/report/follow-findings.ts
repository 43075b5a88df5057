/** Which finding of a run is which of the run before, though its line moved and its operation became another. */
import { formatPair, showNumber } from "../core/number-text";
import type { Finding, Report, TriedGradient } from "./report";

export interface FollowedFindings {
  /** A finding of the run before with what became of it, in the order of the later run. */
  readonly pairs: readonly (readonly [before: Finding, after: Finding])[];
  readonly gone: readonly Finding[];
  readonly fresh: readonly Finding[];
}

type Sameness = (before: Finding, after: Finding) => boolean;

/**
 * Pairs findings of the same rule.
 * @param sameness what makes two findings one, the surest first; at last the only one of a rule in each run is the same
 */
export function followFindings(
  before: readonly Finding[],
  after: readonly Finding[],
  sameness: readonly Sameness[],
): FollowedFindings {
  const gone = [...before];
  const was = new Map<Finding, Finding>();
  const isOnly = (finding: Finding) =>
    gone.filter(({ rule }) => rule === finding.rule).length === 1 &&
    after.filter((each) => each.rule === finding.rule && !was.has(each)).length === 1;
  for (const isSame of [...sameness, (_: Finding, finding: Finding) => isOnly(finding)])
    for (const finding of after) {
      if (was.has(finding)) continue;
      const i = gone.findIndex((old) => old.rule === finding.rule && isSame(old, finding));
      const [old] = i < 0 ? [] : gone.splice(i, 1);
      if (old) was.set(finding, old);
    }
  const pairs = after.flatMap((finding) => {
    const old = was.get(finding);
    return old ? [[old, finding] as const] : [];
  });
  return { pairs, gone, fresh: after.filter((finding) => !was.has(finding)) };
}

type Looked = Pick<Report, "findings" | "measures" | "nodes" | "scopes" | "isUndiagnosed">;

/** The same for two runs of one file, by layer and name alone: quick, however large the model is. */
function followRuns(before: Looked, after: Looked): FollowedFindings {
  const places = new Map([...placesOf(before), ...placesOf(after)]);
  const sameAt = (part: keyof Place) => (a: Finding, b: Finding) =>
    places.get(a)?.[part] === places.get(b)?.[part];
  return followFindings(before.findings, after.findings, [sameAt("tensor"), sameAt("layer")]);
}

/** Where a finding stands in a model, in words that outlive an edit. */
interface Place {
  readonly layer: string;
  /** The layer with the name of what the finding is about, else its operation. */
  readonly tensor: string;
}

function placesOf({ findings, nodes, scopes }: Looked): [Finding, Place][] {
  return findings.map((finding) => {
    const node = finding.node === null ? undefined : nodes[finding.node];
    const layer = scopes[node?.scope ?? 0]?.path ?? "";
    return [finding, { layer, tensor: `${layer} ${node?.name ?? node?.op ?? ""}` }];
  });
}

/** A number that an edit is to change, before and after it. */
export interface Effect {
  readonly label: string;
  readonly before: number;
  readonly after: number;
}

/** What became of the findings since the run before. */
export interface FindingsNews {
  /** By index of a finding of the later run: "new", or what became of its number; null where it has none. */
  readonly changes: readonly ("new" | Effect | null)[];
  /** What is no longer found, and what became of its number. */
  readonly gone: readonly { readonly finding: Finding; readonly effect: Effect | null }[];
}

/**
 * The news of a run; none from one that failed, which says nothing about what it did not reach, and none where one of both
 * was not diagnosed.
 */
export function newsOf(before: Looked | null, after: Looked & Pick<Report, "failure">): FindingsNews | null {
  if (before === null || after.failure !== null) return null;
  if (before.isUndiagnosed || after.isUndiagnosed) return null;
  const { pairs, gone } = followRuns(before, after);
  const was = new Map(pairs.map(([old, finding]) => [finding, old]));
  const changes = after.findings.map((finding) => {
    const old = was.get(finding);
    return old ? (effectOn(old.rule, before, after) ?? effectOf(old, finding)) : "new";
  });
  return {
    changes,
    gone: gone.map((finding) => ({ finding, effect: effectOn(finding.rule, before, after) })),
  };
}

/** What became of the number that a rule's fixes are to change, where both runs have it. */
function effectOn(rule: string, before: Looked, after: Looked): Effect | null {
  const [was, now] = [before, after].map(({ measures }) => measures.find((each) => each.rule === rule));
  return was && now ? { label: now.label, before: was.value, after: now.value } : null;
}

/** The first number that both findings rest on. */
function effectOf(before: Finding, after: Finding): Effect | null {
  for (const [label, value] of Object.entries(after.evidence)) {
    const was = before.evidence[label];
    if (typeof value === "number" && typeof was === "number")
      return { label: readableName(label), before: was, after: value };
  }
  return null;
}

/** "gradient of the first layer was 6.4e-13, now 4e-4"; empty where nothing changed. */
export function showEffect({ label, before, after }: Effect): string {
  if (Object.is(before, after)) return "";
  const [was, now] = formatPair(before, after, 2);
  return `${label} was ${was}, now ${now}`;
}

/** "gradient of the first layer 6.4e-13 → 4.0e-4" */
export function showMended({ label, before, after }: Effect): string {
  const [was, now] = Object.is(before, after)
    ? [showNumber(before, 2), "the same"]
    : formatPair(before, after, 2);
  return `${label} ${was} → ${now}`;
}

/** "net.fc1.weight, whose gradient was 0.03, now none" */
export function showTriedGradient({ parameter, before, after }: TriedGradient): string {
  return `${parameter}, whose gradient was ${showNorm(before)}, now ${showNorm(after)}`;
}

/** "0.031", "none" without a gradient, "not finite". */
export function showNorm(norm: number | null): string {
  return norm === null ? "none" : Number.isFinite(norm) ? showNumber(norm, 2) : "not finite";
}

/** "firstLayer" and "first-layer" as "first layer". */
export function readableName(name: string): string {
  return name
    .replace(/([a-z\d])([A-Z])/g, "$1 $2")
    .replaceAll(/[-_]/g, " ")
    .toLowerCase();
}
