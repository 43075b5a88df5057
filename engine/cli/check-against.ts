/** `gradlens check FILE --against REFERENCE`: the gradients of the run beside those that PyTorch saved. */
import { InternalError, isModelError } from "../core/error";
import type { TraceResult } from "../report/questions";
import type { ReportParameter } from "../report/report";
import type { Engine } from "../runner/client";
import { compareGradients, type Gradient, isDifferent, type Reference, readReference } from "./against";
import { showCompared } from "./against-text";
import { FAILED, FINE, mistake, out, print, refuse, toJson } from "./answer";
import type { Arguments } from "./arguments";

/** Elements that cross the border of the process at once. */
const SLICE = 1 << 18;

export async function checkAgainst(engine: Engine, traced: TraceResult, args: Arguments): Promise<number> {
  const failure = "failure" in traced ? traced.failure : traced.report.failure;
  if (failure || "failure" in traced) return refuse(failure ?? mistake("There is no run"), args);
  const { parameters } = traced.report;
  if (parameters.length === 0)
    return refuse(
      mistake("The run has no parameters", "a parameter is a tensor that requires a gradient"),
      args,
    );
  const reference = read(args.against ?? "");
  if (typeof reference === "string") return refuse(mistake(reference), args);
  const gradients: Gradient[] = [];
  for (const parameter of parameters) gradients.push(await gradientOf(engine, parameter));
  const rtol = args.rtol ?? usualTolerance(args, reference);
  const rows = compareGradients(gradients, reference, rtol).filter(({ name }) => isMeant(name, args));
  if (rows.length === 0) return refuse(mistake("There is nothing to compare at this target"), args);
  print(args.json ? toJson(rows) : showCompared(rows, rtol, out));
  return rows.some(isDifferent) ? FAILED : FINE;
}

/** What rounding explains, in the less exact of the two element types. */
function usualTolerance({ dtype }: Arguments, reference: Reference): number {
  const isDouble = dtype === "float64" && Object.values(reference).every((x) => x.dtype === "float64");
  return isDouble ? 1e-7 : 1e-4;
}

/** The reference, or what is wrong with it. */
function read(path: string): Reference | string {
  try {
    return readReference(path);
  } catch (error) {
    if (isModelError(error)) return error.message;
    throw error;
  }
}

async function gradientOf(
  engine: Engine,
  { name, node, shape, gradNorm }: ReportParameter,
): Promise<Gradient> {
  if (gradNorm === null) return { name, shape, values: null };
  const values = new Float64Array(shape.reduce((size, n) => size * n, 1));
  for (let start = 0; start < values.length; start += SLICE) {
    const slice = await engine.ask("values", { node, of: "grad", start, count: SLICE });
    if ("failure" in slice) throw new InternalError(slice.failure.message);
    values.set(slice.values, start);
  }
  return { name, shape, values };
}

function isMeant(name: string, { target }: Arguments): boolean {
  return target.kind !== "path" || name === target.path || name.startsWith(`${target.path}.`);
}
