/** Runs of a model file and checks of them by its engine, told as they go on. */
import type * as vscode from "vscode";
import type { OpenReport } from "../engine/report/open-bytes";
import { type Checked, type CheckParams, isFailed } from "../engine/report/questions";
import type { Check, Failure, Finding } from "../engine/report/report";
import type { ProgressParams } from "../engine/runner/protocol";
import type { EngineProcess } from "./engine-process";
import { internal } from "./failures";
import { traceParams } from "./trace-params";
import { whyNotRun } from "./why-not-run";

/** What becomes of a run; after `stopped` nothing else is told. */
interface RunListener {
  running(message: string): void;
  /** The trace is there; whether its diagnosis is still to come. */
  traced(report: OpenReport, isComing: boolean): void;
  /** The same trace with its diagnosis. */
  diagnosed(report: OpenReport): void;
  failed(failure: Failure): void;
  /** Told at once: a process takes a moment to end, and nobody is to wait for that. */
  stopped(): void;
}

/** A model file and its engine. */
interface Model {
  readonly uri: vscode.Uri;
  readonly engine: EngineProcess;
}

/** Never rejects. @param followed findings of the run before, whose numbers are told again */
export async function runModel(
  { uri, engine }: Model,
  followed: readonly Finding[],
  token: vscode.CancellationToken,
  listener: RunListener,
): Promise<void> {
  const isWanted = () => !token.isCancellationRequested;
  const stopping = token.onCancellationRequested(() => listener.stopped());
  let isTraced = false;
  try {
    const missing = whyNotRun(uri);
    if (missing) return listener.failed(missing);
    const result = await engine.trace(traceParams(uri, followed), {
      token,
      onProgress: ({ message }) => {
        if (isWanted()) listener.running(message);
      },
      onTrace: (report) => {
        isTraced = true;
        if (isWanted()) listener.traced(report, true);
      },
    });
    if (!isWanted()) listener.stopped();
    else if (isFailed(result)) listener.failed(result.failure);
    else if (isTraced) listener.diagnosed(result.report);
    else listener.traced(result.report, false);
  } catch (error) {
    listener.failed(internal(error));
  } finally {
    stopping.dispose();
  }
}

/** What becomes of a check. */
interface CheckListener {
  progress(progress: ProgressParams): void;
  checked(result: Checked): void;
  failed(failure: Failure): void;
  stopped(): void;
}

/** Never rejects; gives the new rows, of a check that was stopped those that were compared by then. */
export async function runCheck(
  { engine }: Model,
  params: CheckParams,
  token: vscode.CancellationToken,
  listener: CheckListener,
): Promise<readonly Check[]> {
  const stopping = token.onCancellationRequested(() => listener.stopped());
  try {
    const result = await engine.check(params, {
      token,
      onProgress: (progress) => {
        if (!token.isCancellationRequested) listener.progress(progress);
      },
    });
    if (isFailed(result)) listener.failed(result.failure);
    else listener.checked(result);
    return isFailed(result) ? [] : result.checks;
  } catch (error) {
    listener.failed(internal(error));
    return [];
  } finally {
    stopping.dispose();
  }
}
