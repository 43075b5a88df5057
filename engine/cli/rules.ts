/** `gradlens rules`: the rules of the diagnosis with their limits, or all that is said of one of them. */
import { showNumber } from "../core/number-text";
import type { PresetName } from "../report/preset-names";
import { FINE, mistake, out, print, refuse, toJson } from "./answer";
import { UsageError } from "./argument-values";
import { readDiagnosis } from "./diagnosis-arguments";
import { textTable } from "./terminal";

export interface RulesArguments {
  readonly command: "rules";
  /** One rule; null: all. */
  readonly rule: string | null;
  readonly preset: PresetName | undefined;
  readonly json: boolean;
}

type Values = Readonly<Partial<Record<string, string | boolean | readonly string[]>>>;

/** @throws UsageError */
export function readRulesArguments(
  values: Values,
  [rule = null, ...more]: readonly (string | null)[],
): RulesArguments {
  const strange = Object.keys(values).find((name) => !["json", "preset"].includes(name));
  if (strange !== undefined) throw new UsageError(`--${strange} does not go with rules`);
  if (more.length > 0) throw new UsageError(`one rule at a time; found also ${more.join(" ")}`);
  const named = typeof values.preset === "string" ? { preset: values.preset } : {};
  return { command: "rules", rule, json: values.json === true, preset: readDiagnosis(named, true).preset };
}

/** What is printed of the record of a rule. */
type Rule = Awaited<ReturnType<typeof readRules>>[number];

async function readRules(preset: PresetName | undefined) {
  // The rules need most of the engine; nothing else of the command line does.
  const { rulesIn } = await import("../diagnose");
  return rulesIn(preset);
}

export async function showRules({ rule, preset, json }: RulesArguments): Promise<number> {
  const tool = rule?.includes("/") ? (rule.slice(0, rule.indexOf("/")) as PresetName) : preset;
  const { presetNames } = await import("../report/preset-names");
  const rules = await readRules(tool !== undefined && presetNames.includes(tool) ? tool : undefined);
  const shown = rule === null ? rules : rules.filter(({ id }) => id === rule);
  if (shown.length === 0)
    return refuse(mistake(`there is no rule "${rule}"`, `there is ${rules.map(({ id }) => id).join(", ")}`), {
      json,
    });
  if (json) print(toJson({ rules: shown.map(plain) }));
  else print(rule === null ? tableOf(rules) : shown.map(pageOf).join("\n\n"));
  return FINE;
}

function plain({ id, title, severity, needs, page, thresholds, explains }: Rule) {
  return { id, title, severity, needs, ...page, limits: thresholds, explains };
}

function tableOf(rules: readonly Rule[]): string {
  const columns = [{ title: "rule" }, { title: "what" }, { title: "severity" }, { title: "limits" }];
  const limitsOf = ({ thresholds }: Rule) =>
    Object.entries(thresholds)
      .map(([name, { value }]) => `${name} ${showNumber(value)}`)
      .join(", ");
  return textTable(
    columns,
    rules.map((rule) => [rule.id, rule.title, rule.severity, limitsOf(rule)]),
    out,
  );
}

/** All that is said of a rule, from its record. */
function pageOf({ id, title, severity, needs, page, thresholds, explains }: Rule): string {
  const limits = Object.entries(thresholds).map(
    ([name, { value, text }]) => `  ${id}.${name} = ${showNumber(value)}  ${out.dim(text)}`,
  );
  return [
    `${out.bold(title)}  ${id} · ${severity}`,
    page.meaning,
    `${out.bold("What it does")}: ${page.harm}`,
    `${out.bold("What helps")}: ${page.cure}`,
    ...(limits.length > 0 ? [[out.bold("Limits"), ...limits].join("\n")] : []),
    ...(explains.length > 0 ? [`${out.bold("May be the cause of")}: ${explains.join(", ")}`] : []),
    ...(needs === null ? [] : [`It looks only where --${needs} or gradlens.diagnosis.${needs} asks for it.`]),
    out.dim(page.source),
  ].join("\n\n");
}
