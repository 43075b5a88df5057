/** Gradient checks as a person reads them: titles of targets, verdicts, and which checks belong to a layer. */

import { formatNumber, showCount, showDuration } from "../engine/core/number-text";
import { countVerdicts, gravest, isFine, markOf } from "../engine/report/checks";
import { showIndex } from "../engine/report/element-index";
import type { CheckTarget } from "../engine/report/questions";
import type { Check, MistakePattern, Site } from "../engine/report/report";
import type { SourceLayer } from "../engine/source";
import type { Session } from "./session";

export function targetTitle(target: CheckTarget): string {
  if (target.kind === "path") return `Gradcheck of ${target.path}`;
  if (target.kind === "line") return `Gradcheck of line ${target.line}`;
  return "Gradcheck of the model";
}

/** Whether something is wrong or was left out. */
export function needsALook(checks: readonly Check[]): boolean {
  return !checks.every(isFine);
}

/** "wrong derivative", "kink" */
export function verdictTitle({ look }: Check): string {
  return look.title;
}

/** The element that is furthest off: "weight[3, 7]"; the layer where there is no parameter. */
export function worstTitle({ target, parameter, worst }: Check): string {
  const name = parameter || target;
  return `${name}${showIndex(worst?.index ?? [])}`;
}

/** What is wrong with an operation, in a few words, where the pattern of its errors tells. */
const mistakes: Partial<Readonly<Record<MistakePattern, string>>> = {
  sign: "has the wrong sign",
  factor: "is off by a factor",
  zero: "hands nothing back",
  transposed: "is transposed",
  swapped: "swaps its inputs",
  shifted: "is off by a shift",
};

/** "sin has the wrong sign · line 24" */
function blame(check: Check): string {
  const { culprit } = check;
  if (!culprit) return verdictTitle(check);
  const mistake = culprit.pattern && mistakes[culprit.pattern];
  const what = mistake ? `${culprit.op} ${mistake}` : `${verdictTitle(check)} · ${culprit.op}`;
  return culprit.site ? `${what} · line ${culprit.site.line}` : what;
}

/** One line for a layer: "✓ gradcheck 2,080/2,080 · worst 3e-9 · 12 ms", or what keeps it from being that. */
export function summarize(checks: readonly Check[]): string {
  const check = gravest(checks);
  return check ? `${markOf(check)} gradcheck ${outcomeOf(checks, check)}` : "";
}

/** The same of one check, without its mark: "2,080/2,080 · worst 3e-9 · 12 ms". */
export function describeOutcome(check: Check): string {
  return outcomeOf([check], check);
}

function outcomeOf(checks: readonly Check[], check: Check): string {
  if (check.outcome === "fail") {
    const isOne = check.target === "" || checks.every(({ target }) => target === check.target);
    return `${isOne ? "" : `${check.target}.`}${worstTitle(check)} · ${blame(check)}`;
  }
  const sum = (of: (check: Check) => number) => checks.reduce((total, each) => total + of(each), 0);
  const counts = `${showCount(sum(({ checked }) => checked))}/${showCount(sum(({ elements }) => elements))}`;
  const isPlain = checks.every(({ outcome }) => outcome === "pass");
  const said = checks.length === 1 ? verdictTitle(check) : countVerdicts(checks);
  if (!isPlain) return `${said}${check.elements > 0 ? ` · ${counts}` : ""}`;
  const worst = Math.max(0, ...checks.map((each) => each.worst?.relError ?? 0));
  const directions = checks.some(({ method }) => method === "random-directions")
    ? ` · random directions`
    : "";
  const time = showDuration(sum(({ durationMs }) => durationMs));
  return `${counts} · worst ${formatNumber(worst, 1)}${directions} · ${time}`;
}

/** The paths of the modules that a layer of the source became in the run. */
export function pathsOf(layer: SourceLayer, session: Session): string[] {
  const scopes = session.report?.scopes ?? [];
  const isHere = ({ site }: { site: Site | null }) => site !== null && liesIn(layer, site, session);
  return scopes.filter((scope) => scope.path !== "" && isHere(scope)).map(({ path }) => path);
}

/** The checks of a layer of the source: of the modules made by it, else those whose place lies in it. */
export function checksOf(layer: SourceLayer, session: Session): readonly Check[] {
  if (layer.kind === "customOp") return checksOfOperation(layer.name, session);
  const paths = pathsOf(layer, session);
  const isBelow = (name: string) => paths.some((path) => name === path || name.startsWith(`${path}.`));
  const checks = session.checks.filter((check) => {
    if (isBelow(check.target) || (layer.kind !== "module" && check.target === layer.name)) return true;
    return layer.kind !== "module" && check.site !== null && liesIn(layer, check.site, session);
  });
  const done = new Set(checks.map(({ target, parameter }) => `${target}.${parameter}`));
  const parameters = session.report?.parameters ?? [];
  const isComplete = parameters.every(({ name }) => !isBelow(name) || done.has(name));
  return isComplete || needsALook(checks) ? checks : [];
}

/** An operation of the file: its own checks, else those of parameters whose gradients it makes wrong, else all. */
function checksOfOperation(name: string, { checks, report }: Session): readonly Check[] {
  const isComplete = checks.length >= (report?.parameters.length ?? 0);
  const own = checks.filter(({ target }) => target === name);
  if (own.length > 0) return own;
  const blaming = checks.filter(({ culprit }) => culprit?.op === name);
  return blaming.length > 0 ? blaming : isComplete ? checks : [];
}

/** What to ask the engine for a layer of the source. */
export function targetOfLayer({ range }: SourceLayer, file: string): CheckTarget {
  return { kind: "line", file, line: range.line };
}

function liesIn({ kind, range, forward, backward }: SourceLayer, site: Site, session: Session): boolean {
  const line = site.file === session.file ? session.edits.locate(site)?.start.line : undefined;
  if (line === undefined) return false;
  const parts = kind === "module" ? [{ line: range.line, endLine: range.line }] : [range, forward, backward];
  return parts.some((part) => part && line + 1 >= part.line && line + 1 <= part.endLine);
}

/** A module's path for the target of a check; null for the whole model. */
export function pathAt(target: CheckTarget, session: Session): string | null {
  if (target.kind === "all") return null;
  if (target.kind === "path") return target.path;
  const isHere = ({ site }: { site: Site | null }) =>
    site !== null && session.edits.locate(site)?.start.line === target.line - 1;
  const scope = session.report?.scopes.find((each) => isHere(each) && each.path !== "");
  return scope?.path ?? `line ${target.line}`;
}
