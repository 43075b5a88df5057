/** The rules and thresholds of other tools, by name. */
import type { PresetName } from "../../report/preset-names";
import { autotrainer } from "./autotrainer";
import { deepchecker } from "./deepchecker";
import type { Preset } from "./preset";
import { sagemakerDebugger } from "./sagemaker-debugger";
import { torchlens } from "./torchlens";

export type { Preset };

export const otherTools: Readonly<Record<Exclude<PresetName, "gradlens">, Preset>> = {
  "sagemaker-debugger": sagemakerDebugger,
  autotrainer,
  deepchecker,
  torchlens,
};
