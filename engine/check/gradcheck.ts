/** The gradient check as a function, for programs and tests: `torch.autograd.gradcheck`'s place in this library. */

import { inFunction, ModelError } from "../core/error";
import { checkOptions } from "../core/options";
import { RandomGenerator } from "../core/random";
import { refuseSurplus } from "../core/signature";
import { record, Tape } from "../core/tape";
import { isTensor, Tensor } from "../core/tensor";
import { add, mul } from "../ops/arithmetic";
import { sum } from "../ops/broadcast";
import type { Check } from "../report/report";
import { grad } from "../sweeps/derivatives";
import type { Run } from "../tracing/run";
import { type CheckOptions, checkGradients } from "./index";

/** What `gradcheck` takes besides the function and its inputs. */
export interface GradcheckOptions extends CheckOptions {
  /** 2 checks the gradient of the gradient as well: a second row an input. Default 1. */
  order?: 1 | 2;
}

/** The compiler sees to it that none is forgotten. */
const known: Readonly<Record<keyof GradcheckOptions, true>> = {
  order: true,
  onProgress: true,
  isCancelled: true,
  limit: true,
  rtol: true,
  atol: true,
  seed: true,
  method: true,
  explain: true,
  keep: true,
  budgetMs: true,
  clock: true,
};

/**
 * Checks the gradients of `fn` with respect to `inputs`: the backward pass that `fn` records against central
 * differences of the same operations in float64. An output of several elements is weighted with random numbers.
 * @returns one check per input, in order, and for `order: 2` one more each for the gradient of the gradient; the verdict "ok" means that all of its elements agree
 * @throws ModelError when `fn` returns no tensor or no input takes a gradient
 */
export async function gradcheck(
  fn: (...inputs: Tensor[]) => Tensor,
  inputs: Tensor | readonly Tensor[],
  options: GradcheckOptions = {},
  ...surplus: []
): Promise<Check[]> {
  refuseSurplus("gradcheck", 3, surplus);
  inFunction("gradcheck", () => checkOptions(options, Object.keys(known)));
  const given = isTensor(inputs) ? [inputs] : [...inputs];
  if (!given.some((x) => x.requiresGrad)) {
    throw new ModelError("gradcheck(): none of the inputs requires a gradient", {
      hint: "make them with parameter(…) or tensor(…, { requiresGrad: true })",
    });
  }
  const { order = 1, ...rest } = options;
  const first = await checkOf(given, () => weighted(fn(...given), rest.seed ?? 0), rest);
  if (order === 1) return first;
  const second = await checkOf(
    given,
    () => gradientOf(weighted(fn(...given), rest.seed ?? 0), given, rest.seed ?? 0),
    rest,
  );
  return [...first, ...second.map((check) => ({ ...check, target: "gradient" }))];
}

function checkOf(inputs: readonly Tensor[], loss: () => Tensor, options: CheckOptions): Promise<Check[]> {
  const tape = new Tape();
  const out = record(tape, () => {
    inputs.forEach((x, i) => {
      tape.notes.bind(i + 1, x);
    });
    return loss();
  });
  return checkGradients(runOf(tape, out), { kind: "all" }, options);
}

/** The gradients of `loss` as one number, recorded so that it can be differentiated. */
function gradientOf(loss: Tensor, inputs: readonly Tensor[], seed: number): Tensor {
  const leaves = inputs.filter((x) => x.requiresGrad);
  return grad(loss, leaves, { createGraph: true })
    .map((g, i) => weighted(g, seed + i + 1))
    .reduce((total, each) => add(total, each));
}

function weighted(out: unknown, seed: number): Tensor {
  if (!isTensor(out))
    throw new ModelError(`gradcheck(): the function returned ${typeof out}, expected a tensor`);
  if (out.size === 1) return out;
  const random = new RandomGenerator(seed + 1);
  const weights = Float64Array.from(
    { length: out.size },
    () => (random.uniform() < 0.5 ? -1 : 1) * (0.5 + random.uniform()),
  );
  return sum(mul(out, new Tensor(weights, out.shape, "float64")));
}

function runOf(tape: Tape, loss: Tensor): Run {
  const site = { file: "", line: 0, column: 0, endLine: 0, endColumn: 0 };
  return {
    tape,
    loss,
    gradients: null,
    sources: {
      site: () => null,
      binding: (id) => ({ name: `input ${id}`, site, role: "declaration" }),
    },
    file: "",
    device: { requested: "cpu", used: "cpu", reason: "checks run on the processor" },
    dtype: loss.dtype,
    durationMs: 0,
    failure: null,
  };
}
