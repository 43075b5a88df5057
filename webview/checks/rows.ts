/** What the checks panel lists: every parameter of the model by layer, with its check when there is one. */
import { showCount } from "../../engine/core/number-text";
import { checkName, countVerdicts } from "../../engine/report/checks";
import type { Check, Report, Site } from "../../engine/report/report";

export interface CheckRow {
  /** The parameter within its layer: "weight". */
  readonly parameter: string;
  readonly elements: number;
  readonly check: Check | null;
  /** How many checks of the same name came before this one. */
  readonly nth: number;
}

export interface CheckGroup {
  /** The layer: "net.fc1"; empty for parameters that belong to none. */
  readonly target: string;
  readonly site: Site | null;
  readonly rows: readonly CheckRow[];
}

/** Layers in the model's order, then checked things that are no layer of the model, such as hand-written operations. */
export function checkGroups(report: Report | null, checks: readonly Check[]): CheckGroup[] {
  const groups = new Map<string, { target: string; site: Site | null; rows: CheckRow[] }>();
  const used = new Set<Check>();
  const groupOf = (target: string, site: Site | null) => {
    const group = groups.get(target) ?? { target, site, rows: [] };
    groups.set(target, group);
    return group;
  };
  const byName = new Map(checks.map((check) => [checkName(check), check]));
  for (const { name, scope, shape, node } of report?.parameters ?? []) {
    const layer = report?.scopes[scope];
    const target = layer?.path ?? "";
    const check = byName.get(name) ?? null;
    if (check) used.add(check);
    groupOf(target, layer?.site ?? report?.nodes[node]?.site ?? null).rows.push({
      parameter: target !== "" && name.startsWith(`${target}.`) ? name.slice(target.length + 1) : name,
      elements: shape.reduce((product, size) => product * size, 1),
      check,
      nth: check ? nthOf(check, checks) : 0,
    });
  }
  for (const check of checks) {
    if (used.has(check)) continue;
    const { target, parameter, elements, site } = check;
    groupOf(target, site).rows.push({ parameter, elements, check, nth: nthOf(check, checks) });
  }
  return [...groups.values()];
}

function nthOf(check: Check, checks: readonly Check[]): number {
  const { target, parameter } = check;
  const same = checks.filter((each) => each.target === target && each.parameter === parameter);
  return same.indexOf(check);
}

/** By which a row is remembered. */
export function rowKey({ target }: CheckGroup, { parameter, nth }: CheckRow): string {
  return `${target}.${parameter}${nth > 0 ? `#${nth}` : ""}`;
}

/** How a parameter is shown that nobody checked yet. */
export const unchecked = "not checked yet";

/** "12 ok · 1 wrong derivative · 3 not checked yet": passes, notes, failures, what is not complete, what nobody checked. */
export function summary(groups: readonly CheckGroup[]): string {
  const rows = groups.flatMap((group) => group.rows);
  const checks = rows.flatMap(({ check }) => check ?? []);
  const rest = rows.length - checks.length;
  const parts = [countVerdicts(checks), rest > 0 ? `${showCount(rest)} ${unchecked}` : ""];
  return parts.filter((part) => part !== "").join(" · ");
}
