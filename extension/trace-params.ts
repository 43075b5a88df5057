/** What a run of a model file is asked with: the text that is not saved, and the person's settings. */
import type * as vscode from "vscode";
import type { TraceParams } from "../engine/report/questions";
import type { Finding } from "../engine/report/report";
import { readDiagnosisSettings, readLimits, readSetting } from "./config";
import { readTexts } from "./edits";
import { fileOf } from "./files";

/** @param followed findings of which the numbers are to be told again, though they may be gone */
export function traceParams(uri: vscode.Uri, followed: readonly Finding[] = []): TraceParams {
  return {
    file: fileOf(uri),
    overlays: Object.fromEntries(readTexts(true)),
    device: readSetting("gradlens.device", uri),
    dtype: readSetting("gradlens.dtype", uri),
    diagnosis: readDiagnosisSettings(uri),
    limits: readLimits(uri),
    measures: [...new Set(followed.map(({ rule }) => rule))],
  };
}
