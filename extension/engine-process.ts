/** The engine process of a session: started when first needed, ended with it, replaced after a crash. */
import type * as vscode from "vscode";
import type {
  CheckParams,
  CheckResult,
  ProgressParams,
  TraceParams,
  TraceResult,
  ValuesParams,
  ValuesResult,
} from "../engine/runner/protocol";

type OnProgress = (progress: ProgressParams) => void;

export class EngineProcess implements vscode.Disposable {
  constructor(
    readonly path: string,
    readonly uri: vscode.Uri,
  ) {}
  get isRunning(): boolean {
    return false;
  }
  get hasTape(): boolean {
    return false;
  }
  trace(
    _params: TraceParams,
    _token: vscode.CancellationToken,
    _onProgress: OnProgress,
  ): Promise<TraceResult> {
    throw new Error("not there yet");
  }
  check(
    _params: CheckParams,
    _token: vscode.CancellationToken,
    _onProgress: OnProgress,
  ): Promise<CheckResult> {
    throw new Error("not there yet");
  }
  values(_params: ValuesParams): Promise<ValuesResult> {
    throw new Error("not there yet");
  }
  kill(): void {}
  dispose(): void {
    this.kill();
  }
}
