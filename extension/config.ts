/** The settings, typed and validated: a value that makes no sense is replaced by the default and reported in the log. */
import * as vscode from "vscode";
import type { CheckSettings, Limits } from "../engine/report/questions";
import type { CheckMethod, DeviceChoice } from "../engine/report/report";
import { log } from "./log";

interface Setting<T> {
  readonly fallback: T;
  readonly accepts: (value: unknown) => value is T;
}

function oneOf<T extends string>(fallback: T, ...others: T[]): Setting<T> {
  const all: unknown[] = [fallback, ...others];
  return { fallback, accepts: (value): value is T => all.includes(value) };
}

function numberFrom(fallback: number, least: number, most: number): Setting<number> {
  const accepts = (value: unknown): value is number =>
    typeof value === "number" && value >= least && value <= most;
  return { fallback, accepts };
}

function flag(fallback: boolean): Setting<boolean> {
  return { fallback, accepts: (value): value is boolean => typeof value === "boolean" };
}

const settings = {
  "gradlens.device": oneOf<DeviceChoice>("auto", "cpu", "gpu"),
  "gradlens.dtype": oneOf<"float32" | "float64">("float32", "float64"),
  /** Seconds. */
  "gradlens.timeout": numberFrom(30, 1, 86_400),
  /** MiB. */
  "gradlens.memory": numberFrom(2048, 128, 65_536),
  "gradlens.maxOperations": numberFrom(5_000_000, 1000, 100_000_000),
  /** Seconds for a layer. */
  "gradlens.check.budget": numberFrom(10, 0.1, 86_400),
  "gradlens.check.method": oneOf<CheckMethod>("central", "forward", "five-point", "richardson"),
  "gradlens.check.rtol": numberFrom(1e-6, 0, 1),
  "gradlens.check.atol": numberFrom(0, 0, Number.MAX_VALUE),
  /** Elements of a parameter. */
  "gradlens.check.limit": numberFrom(20_000, 0, 10_000_000),
  "gradlens.check.seed": numberFrom(0, 0, 2 ** 31 - 1),
  "gradlens.check.secondOrder": flag(false),
  "gradlens.nodePath": {
    fallback: "",
    accepts: (value: unknown): value is string => typeof value === "string",
  },
  "gradlens.traceOnSave": flag(false),
  "gradlens.codeLens.enabled": flag(true),
  "gradlens.hover.enabled": flag(true),
  "gradlens.decorations.enabled": flag(true),
  "gradlens.inlayHints.enabled": flag(false),
} as const;

export type SettingKey = keyof typeof settings;
type Value<K extends SettingKey> = (typeof settings)[K]["fallback"];

/** Settings are read often: each value that makes no sense is told of once. */
const warnings = new Set<string>();

function warnOnce(warning: string): void {
  if (!warnings.has(warning)) log.warn(warning);
  warnings.add(warning);
}

/** The value of a setting for a resource now; read it when it is needed, so that changes work at once. */
export function readSetting<K extends SettingKey>(key: K, resource?: vscode.Uri): Value<K> {
  const { fallback, accepts } = settings[key] as Setting<Value<K>>;
  const value: unknown = vscode.workspace.getConfiguration(undefined, resource).get(key);
  if (value === undefined || accepts(value)) return value ?? fallback;
  warnOnce(`The setting ${key} cannot be ${JSON.stringify(value)}; ${JSON.stringify(fallback)} is used.`);
  return fallback;
}

export function readLimits(resource?: vscode.Uri): Limits {
  return {
    timeoutMs: readSetting("gradlens.timeout", resource) * 1000,
    memoryMiB: readSetting("gradlens.memory", resource),
    maxOperations: readSetting("gradlens.maxOperations", resource),
  };
}

/** A whole model gets the time of so many layers at most. */
const MOST_LAYERS = 6;

/** How to check `layers` layers. */
export function readCheckSettings(layers: number, resource?: vscode.Uri): CheckSettings {
  const share = Math.min(MOST_LAYERS, Math.max(1, layers));
  return {
    budgetMs: 1000 * share * readSetting("gradlens.check.budget", resource),
    method: readSetting("gradlens.check.method", resource),
    rtol: readSetting("gradlens.check.rtol", resource),
    atol: readSetting("gradlens.check.atol", resource),
    limit: readSetting("gradlens.check.limit", resource),
    seed: readSetting("gradlens.check.seed", resource),
    secondOrder: readSetting("gradlens.check.secondOrder", resource),
  };
}

/** Calls back when one of these settings changed. */
export function onDidChangeSetting(keys: readonly SettingKey[], callback: () => void): vscode.Disposable {
  return vscode.workspace.onDidChangeConfiguration((event) => {
    if (keys.some((key) => event.affectsConfiguration(key))) callback();
  });
}
