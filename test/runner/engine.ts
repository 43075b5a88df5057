// An engine process for tests, and the texts that it leaves.
import { join } from "node:path";
import type { OpenReport } from "../../engine/report/open-bytes";
import type { Limits, TraceParams, TraceResult } from "../../engine/report/questions";
import type { Failure } from "../../engine/report/report";
import { Engine } from "../../engine/runner/client";

export const root = process.cwd();
export const script = join(root, "dist/engine.js");

export function fixture(path: string): string {
  return join(root, "test/fixtures", path);
}

/** Limits that no test reaches by being slow. */
export const limits: Limits = { timeoutMs: 60_000, memoryMiB: 1024, maxOperations: 1_000_000 };

export function paramsFor(file: string, changes: Partial<TraceParams> = {}): TraceParams {
  return { file, overlays: {}, device: "cpu", dtype: "float32", limits, ...changes };
}

/** An engine that keeps what models print. */
export function openEngine(): { readonly engine: Engine; readonly printed: string[] } {
  const printed: string[] = [];
  const onOutput = ({ text }: { text: string }) => void printed.push(text);
  // Whatever else this machine does, what is stopped gets the time to say where it was.
  const patient = { graceMs: 10_000, patienceMs: 10_000 };
  return { engine: new Engine({ script, folder: root, onOutput, ...patient }), printed };
}

export function reportOf(result: TraceResult): OpenReport {
  if ("failure" in result) throw new Error(`no report: ${result.failure.message}`);
  return result.report;
}

export function failureOf(result: TraceResult): Failure | null {
  return "failure" in result ? result.failure : result.report.failure;
}

/** A text without what differs from machine to machine and from run to run. */
export function withoutChance(text: string): string {
  return text.replaceAll(`${root}/`, "").replace(/holds [\d.]+ [MG]iB/, "holds … MiB");
}
