/** What a person set for the rules: limits by `rule.limit`, and rules that are off. */
import type { DiagnosisRule, RuleLimits } from "./rule";

type OwnLimits = Readonly<Record<string, unknown>>;

/** The limits with which a rule looks. */
export function limitsWith({ id, thresholds }: DiagnosisRule, own: OwnLimits): RuleLimits {
  const values = Object.entries(thresholds).map(([name, { value }]) => {
    const given = own[`${id}.${name}`];
    return [name, isLimit(given) ? given : value] as const;
  });
  return Object.fromEntries(values);
}

/** What of it makes no sense, each as a sentence that names what there is. @param rules all that can be meant */
export function wrongLimits(rules: readonly DiagnosisRule[], own: OwnLimits): string[] {
  return Object.entries(own).flatMap(([key, value]) => wrong(rules, key, value) ?? []);
}

function wrong(rules: readonly DiagnosisRule[], key: string, value: unknown): string | null {
  const [id = "", ...rest] = key.split(".");
  const rule = rules.find((each) => each.id === id);
  // A preset has its own rules: those of one tool are enough to choose from.
  const tool = id.includes("/") ? id.slice(0, id.indexOf("/") + 1) : "";
  const kin = rules.filter((each) => each.id.startsWith(tool) && each.id.includes("/") === (tool !== ""));
  const known = kin.length > 0 ? kin : rules;
  if (rule === undefined)
    return `There is no rule "${id}" that could have a limit. There is ${listed(known.map((each) => each.id))}.`;
  const name = rest.join(".");
  const names = Object.keys(rule.thresholds);
  const has =
    names.length === 0 ? "It has no limits" : `It has ${listed(names.map((each) => `${id}.${each}`))}`;
  if (name === "")
    return typeof value === "boolean"
      ? null
      : `"${id}" is a rule, which can be off (false); found ${shown(value)}. ${has}.`;
  if (!names.includes(name)) return `The rule "${id}" has no limit "${name}". ${has}.`;
  return isLimit(value) ? null : `"${key}" is ${shown(value)}; expected a number, 0 or more.`;
}

function isLimit(value: unknown): value is number {
  return typeof value === "number" && value >= 0 && Number.isFinite(value);
}

function shown(value: unknown): string {
  return typeof value === "number" ? String(value) : JSON.stringify(value);
}

function listed(names: readonly string[]): string {
  return names.join(", ");
}
