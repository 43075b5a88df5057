/** Checks random models as the engine process does, and says what came of it. */
import { type CheckOptions, checkGradients, isFine } from "../../engine/check";
import { record, Tape } from "../../engine/core/tape";
import type { Check } from "../../engine/report/report";
import type { Run } from "../../engine/tracing/run";
import { sampleRun } from "../engine/sample-run";
import type { Model } from "./model";

/** The model's run, with `rerun` as a file with an exported loss has it. */
export function runOf(model: Model): Run {
  const run = sampleRun(() => model.loss());
  const rerun = async () => {
    const tape = new Tape();
    return { tape, loss: record(tape, () => model.loss()) };
  };
  return { ...run, dtype: model.dtype, rerun };
}

export function checkModel(run: Run, options: CheckOptions = {}): Promise<Check[]> {
  return checkGradients(run, { kind: "all" }, options);
}

/** True when loss and gradients are numbers: what else happens is no fault of a derivative. */
export function isNumber({ loss, gradients }: Run): boolean {
  const finite = (values: ArrayLike<number>) => Array.prototype.every.call(values, Number.isFinite);
  return (
    loss !== null && finite(loss.data) && [...(gradients?.values() ?? [])].every(({ data }) => finite(data))
  );
}

/**
 * True when a probability is so close to 0 or 1 that binaryCrossEntropy's gradient is cut off, as PyTorch's is, or its
 * logarithm is one of rounding: there the gradient is not the derivative, so that a fault need not be one.
 */
export function isSaturated({ tape }: Run): boolean {
  return tape.nodes.some(
    ({ op, x }) =>
      op.name === "binaryCrossEntropy" &&
      Array.prototype.some.call(x.data, (p: number) => p * (1 - p) < 1e-6),
  );
}

/** What a check said, in a line. */
export function showCheck(check: Check): string {
  const { verdict, culprit, target, parameter, message } = check;
  const blamed = culprit ? ` (${culprit.op}, line ${culprit.site?.line})` : "";
  return `${target === "" ? parameter : `${target}.${parameter}`}: ${verdict}${blamed}: ${message}`;
}

export { isFine };
