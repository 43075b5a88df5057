/** The sets of rules that a diagnosis can be made with, by name; engine/diagnose/presets has their records. */

/** Gradlens' own first. */
export const presetNames = [
  "gradlens",
  "sagemaker-debugger",
  "autotrainer",
  "deepchecker",
  "torchlens",
] as const;

export type PresetName = (typeof presetNames)[number];
