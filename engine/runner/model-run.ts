/** One run of a model file: loads it, calls its loss, differentiates, and makes the report, also when it ends early. */
import { randomUUID } from "node:crypto";
import { types } from "node:util";
import { now } from "../core/clock";
import { setDefaultDtype } from "../core/dtype";
import { HandedNorms } from "../core/handed-norms";
import { generator, manualSeed, shiftSeeds } from "../core/random";
import { showShape } from "../core/shape";
import { currentSite, resetSites } from "../core/sites";
import { record, Tape } from "../core/tape";
import { isTensor, Tensor } from "../core/tensor";
import * as gradlens from "../index";
import type { TraceParams } from "../report/questions";
import type { Device, Failure } from "../report/report";
import { sweep } from "../sweeps/reverse";
import { recordRun } from "../tracing/record-trace";
import type { Undiagnosed } from "../tracing/recorded";
import type { Run } from "../tracing/run";
import { beginCalls, type Repair } from "./calls";
import { failureOf } from "./failure";
import { insteadOfTensor } from "./instead-of-tensor";
import { Loader } from "./loader";
import { missingLoss } from "./missing-loss";
import { ModelProblem } from "./model-problem";
import { type ModelSources, siteAt } from "./model-sources";
import type { Exports } from "./packages";
import { withPinnedChance } from "./pinned";

export class ModelRun {
  readonly tape: Tape;
  /** What the file exports, once it has run. */
  exports: Exports | null = null;
  #loss: Tensor | null = null;
  #gradients: ReadonlyMap<Tensor, Tensor> | null = null;
  /** Where the random numbers stood when the loss was called. */
  #random: ReturnType<typeof generator.save> | null = null;
  readonly #started = now();
  readonly id = randomUUID();
  #handed: HandedNorms | null = null;

  constructor(
    readonly params: TraceParams,
    readonly sources: ModelSources,
    private readonly repair: Repair,
  ) {
    this.tape = new Tape(params.limits.maxOperations);
  }

  /** Runs the file to its gradients. @throws whatever the model throws */
  async run(): Promise<void> {
    const { file, overlays, dtype, seed = 0, seedShift = 0 } = this.params;
    this.sources.begin();
    resetSites();
    beginCalls(this.repair);
    setDefaultDtype(dtype);
    shiftSeeds(seedShift);
    manualSeed(seed);
    const loader = new Loader({ sources: this.sources, overlays, gradlens }, file);
    process.argv.splice(1, process.argv.length, file);
    await record(this.tape, async () => {
      this.exports = await loader.run();
      this.repair();
      const loss = await this.#callLoss(this.exports);
      this.repair();
      this.#loss = loss;
      this.#gradients = loss && this.#differentiate(loss);
    });
  }

  /** What is wrong, from an exception that ended the run just now. */
  explain(error: unknown): Failure {
    const failure = failureOf(error, this.sources, currentSite());
    const loss = this.#random === null ? undefined : lossOf(this.exports ?? {});
    // A function's own length: what it says to others is not asked.
    const takes = typeof loss === "function" && !types.isProxy(loss) ? loss.length : 0;
    if (takes < 2 || failure.hint !== null || !/\bundefined\b/.test(failure.message)) return failure;
    return { ...failure, hint: `loss() gets one argument, the number of the step; this one takes ${takes}` };
  }

  /** The run as far as it came. */
  result(device: Device, failure: Failure | null): { readonly run: Run; readonly recorded: Undiagnosed } {
    const gradients = this.#gradients ?? this.tape.sweep?.gradients ?? null;
    const run: Run = {
      tape: this.tape,
      loss: this.#loss,
      gradients,
      handed: gradients === this.tape.sweep?.gradients ? this.tape.sweep?.handed : this.#handed,
      isSweptByModel: gradients !== null && gradients === this.tape.sweep?.gradients,
      sources: this.sources,
      id: this.id,
      language: /\.[cm]?tsx?$/.test(this.params.file) ? "typescript" : "javascript",
      file: this.params.file,
      device,
      dtype: this.params.dtype,
      durationMs: now() - this.#started,
      failure,
      measures: this.params.measures ?? [],
      diagnosis: this.params.diagnosis,
      exports: this.exports,
      rerun: ({ isPinned } = { isPinned: false }) =>
        isPinned ? withPinnedChance(() => this.#rerun()) : this.#rerun(),
    };
    return { run, recorded: recordRun(run) };
  }

  /** Calls the file's loss again, from the same place in the sequence of random numbers. */
  async #rerun(): Promise<{ loss: Tensor; tape: Tape } | null> {
    const loss = lossOf(this.exports ?? {});
    if (typeof loss !== "function" || this.#random === null) return null;
    generator.restore(this.#random);
    const tape = new Tape(this.params.limits.maxOperations);
    const value: unknown = await record(tape, () => loss(0) as unknown);
    return isTensor(value) ? { loss: value, tape } : null;
  }

  /** Null for a file of hand-written layers, which is there to be checked. */
  async #callLoss(exports: Exports): Promise<Tensor | null> {
    const loss = lossOf(exports);
    this.#random = generator.save();
    // Called without a receiver, as an import is.
    const value: unknown = await (typeof loss === "function" ? this.#computing(() => loss(0)) : loss);
    if (isTensor(value)) return value;
    if (value === undefined && this.tape.sweep) return this.tape.sweep.output;
    if (loss === undefined && this.#hasHandWrittenLayers()) return null;
    throw this.#noLoss(loss, value);
  }

  /** Runs the exported loss; what it makes is made anew in each step. */
  async #computing(loss: () => unknown): Promise<unknown> {
    const { notes } = this.tape;
    notes.diary.note("loss");
    notes.isInLoss = true;
    try {
      return await loss();
    } finally {
      notes.isInLoss = false;
    }
  }

  #differentiate(loss: Tensor): ReadonlyMap<Tensor, Tensor> {
    if (this.tape.sweep?.output === loss) return this.tape.sweep.gradients;
    const site = this.sources.site(loss.site) ?? this.#lossSite();
    if (loss.size !== 1) {
      throw new ModelProblem(`The loss must be a single number; found the shape ${showShape(loss.shape)}`, {
        site,
        hint: "reduce it with mean() or sum()",
      });
    }
    if (!loss.requiresGrad) {
      throw new ModelProblem("The loss has no gradient: nothing that it was computed from requires one", {
        site,
        hint: "make the weights with parameter(…) or tensor(…, { requiresGrad: true }); detach(), item() and noGrad() cut gradients",
      });
    }
    const handed = new HandedNorms();
    this.#handed = handed;
    return sweep(loss, new Tensor(loss.data.slice().fill(1), loss.shape, loss.dtype), { handed });
  }

  #hasHandWrittenLayers(): boolean {
    return this.sources.files.some(({ analysis }) => analysis.layers.some(({ kind }) => kind !== "module"));
  }

  #noLoss(loss: unknown, value: unknown): ModelProblem {
    if (loss === undefined) {
      const source = this.sources.find(this.params.file);
      const { hint, range } = missingLoss(source?.text ?? "", source?.analysis.exports ?? []);
      return new ModelProblem("The file has no loss: it exports no function `loss` and calls no backward()", {
        site: range ? siteAt(this.params.file, range) : this.#lossSite(),
        hint,
      });
    }
    const { found, hint = "return the tensor to differentiate" } = insteadOfTensor(value);
    return new ModelProblem(`The loss must be a tensor with one element; found ${found}`, {
      site: this.#lossSite(),
      hint,
    });
  }

  /** Where the file speaks of its loss, else its first character. */
  #lossSite() {
    const { file } = this.params;
    const range = this.sources.find(file)?.analysis.loss;
    return siteAt(file, range ?? { line: 1, column: 1, endLine: 1, endColumn: 1 });
  }
}

function lossOf(exports: Exports): unknown {
  return ("loss" in exports ? exports : ((exports.default ?? {}) as Exports)).loss;
}
