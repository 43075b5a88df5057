/** What the diagnosis says of model files: several engines at once, each of which keeps its process. */
import type { TraceParams } from "../../../engine/report/questions";
import type { Finding } from "../../../engine/report/report";
import type { Engine } from "../../../engine/runner/client";
import { failureOf, openEngine, paramsFor } from "../../runner/engine";
import type { SuiteModel } from "./models";

export interface Diagnosed {
  readonly model: SuiteModel;
  readonly findings: readonly Finding[];
  /** Why there is no report, or none of the whole run. */
  readonly failure: string | null;
}

/** Works on a list with as many engines. The results have the order of the list. */
export async function withEngines<T, R>(
  list: readonly T[],
  work: (engine: Engine, item: T) => Promise<R>,
  count = 2,
): Promise<R[]> {
  const queue = [...list.entries()].reverse();
  const results: R[] = [];
  const one = async () => {
    const { engine } = openEngine();
    try {
      for (let next = queue.pop(); next; next = queue.pop()) results[next[0]] = await work(engine, next[1]);
    } finally {
      engine.dispose();
    }
  };
  await Promise.all(Array.from({ length: count }, one));
  return results;
}

/** Runs a model; `changes` are of its run, `text` stands in its place. */
export async function diagnoseModel(
  engine: Engine,
  model: SuiteModel,
  { text, changes = {} }: { readonly text?: string; readonly changes?: Partial<TraceParams> } = {},
): Promise<Diagnosed> {
  const overlays = text === undefined ? {} : { [model.file]: text };
  const result = await engine.trace(paramsFor(model.file, { ...changes, overlays }));
  const findings = "report" in result ? result.report.findings : [];
  return { model, findings, failure: failureOf(result)?.message.split("\n")[0] ?? null };
}
