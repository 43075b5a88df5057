/** The settings, typed and validated: a value that makes no sense is replaced by the default and reported in the log. */
import * as vscode from "vscode";
import type { Precision } from "../engine/report/precision";
import type { PresetName } from "../engine/report/preset-names";
import type { CheckSettings, DiagnosisSettings, Limits } from "../engine/report/questions";
import type { CheckMethod, DeviceChoice } from "../engine/report/report";
import type { contributes } from "../package.json";
import { log } from "./log";

/** What each setting of the manifest may be; its default, its bounds and its texts stand there. */
interface Settings {
  readonly "gradlens.device": DeviceChoice;
  readonly "gradlens.dtype": "float32" | "float64";
  /** Seconds. */
  readonly "gradlens.timeout": number;
  /** MiB. */
  readonly "gradlens.memory": number;
  readonly "gradlens.maxOperations": number;
  /** Seconds for a layer. */
  readonly "gradlens.check.budget": number;
  readonly "gradlens.check.method": CheckMethod;
  readonly "gradlens.check.rtol": number;
  readonly "gradlens.check.atol": number;
  /** Elements of a parameter. */
  readonly "gradlens.check.limit": number;
  readonly "gradlens.check.seed": number;
  readonly "gradlens.check.secondOrder": boolean;
  readonly "gradlens.diagnosis.preset": PresetName;
  readonly "gradlens.diagnosis.precision": Precision | "off";
  /** By rule and limit; the engine says what of them makes no sense. */
  readonly "gradlens.diagnosis.limits": Readonly<Record<string, unknown>>;
  readonly "gradlens.nodePath": string;
  readonly "gradlens.traceOnSave": boolean;
  readonly "gradlens.diagnosis.tryFixes": boolean;
  readonly "gradlens.codeLens.enabled": boolean;
  readonly "gradlens.hover.enabled": boolean;
  readonly "gradlens.decorations.enabled": boolean;
  readonly "gradlens.inlayHints.enabled": boolean;
}

type SettingKey = keyof Settings;

/** A row of the manifest. */
interface Row {
  readonly type: string;
  readonly default: unknown;
  readonly enum?: readonly unknown[];
  readonly minimum?: number;
  readonly maximum?: number;
}

type Declared = typeof contributes.configuration.properties;
// A type without a row in the manifest does not compile.
type Rows = Pick<Declared, SettingKey> & Readonly<Record<SettingKey, Row>>;

function rowOf(key: SettingKey): Row {
  const own = vscode.extensions.getExtension<unknown>("gradlens.gradlens");
  const manifest = own?.packageJSON as { contributes: { configuration: { properties: Rows } } };
  return manifest.contributes.configuration.properties[key];
}

/** Whether a person's value is what the manifest asks for: the editor warns of others, and gives them all the same. */
function accepts({ type, enum: choices, minimum, maximum }: Row, value: unknown): boolean {
  if (typeof value !== "number") return typeof value === type && (choices?.includes(value) ?? true);
  const fits = type === "number" || (type === "integer" && Number.isInteger(value));
  return fits && value >= (minimum ?? -Infinity) && value <= (maximum ?? Infinity);
}

/** Settings are read often: each value that makes no sense is told of once. */
const warnings = new Set<string>();

function warnOnce(warning: string): void {
  if (!warnings.has(warning)) log.warn(warning);
  warnings.add(warning);
}

/** The value of a setting for a resource now; read it when it is needed, so that changes work at once. */
export function readSetting<K extends SettingKey>(key: K, resource?: vscode.Uri): Settings[K] {
  const row = rowOf(key);
  const value: unknown = vscode.workspace.getConfiguration(undefined, resource).get(key) ?? row.default;
  if (accepts(row, value)) return value as Settings[K];
  warnOnce(`The setting ${key} cannot be ${JSON.stringify(value)}; ${JSON.stringify(row.default)} is used.`);
  return row.default as Settings[K];
}

export function readLimits(resource?: vscode.Uri): Limits {
  return {
    timeoutMs: readSetting("gradlens.timeout", resource) * 1000,
    memoryMiB: readSetting("gradlens.memory", resource),
    maxOperations: readSetting("gradlens.maxOperations", resource),
  };
}

export function readDiagnosisSettings(resource?: vscode.Uri): DiagnosisSettings {
  const precision = readSetting("gradlens.diagnosis.precision", resource);
  return {
    preset: readSetting("gradlens.diagnosis.preset", resource),
    ...(precision !== "off" && { precision }),
    // What the editor gives is no plain object.
    limits: { ...readSetting("gradlens.diagnosis.limits", resource) },
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
