/** The last run, of which questions are answered: its trace, its diagnosis once that was asked for, and its checks. */
import { ModelError } from "../core/error";
import type { Tensor } from "../core/tensor";
import { dryRun } from "../precision/dry-run";
import { diagnosisOf } from "../report/diagnosis";
import type {
  HistogramsParams,
  Limits,
  PrecisionParams,
  SaveParams,
  ValuesParams,
} from "../report/questions";
import type { Diagnosis } from "../report/report";
import type { Answered } from "../report/requests";
import { histogramOf } from "../report/stats";
import { finish, type Recorded, type Undiagnosed } from "../tracing/recorded";
import type { CheckAsked, CheckSession } from "./check-session";
import { noTensor } from "./limit-failures";
import type { ModelSource } from "./model-sources";
import { savedRun } from "./saved-run";

// Taken before a model can change it.
const later = setImmediate;
const turn = () => new Promise<void>((resolve) => later(resolve));

export class LastRun {
  #recorded: Recorded;
  /** Null once the diagnosis was made. */
  #undiagnosed: Undiagnosed | null;

  constructor(
    recorded: Undiagnosed,
    readonly checks: CheckSession,
    readonly limits: Limits,
  ) {
    this.#recorded = recorded;
    this.#undiagnosed = recorded;
  }

  /** Rule by rule, with a turn for what is answered at once, and for those who stop it. @throws ModelError when stopped */
  async diagnose({ isCancelled }: CheckAsked): Promise<Diagnosis> {
    for (const steps = this.#undiagnosed?.diagnose(); steps; ) {
      const { done, value } = steps.next();
      if (done) this.#keep(value);
      if (done) break;
      await turn();
      if (isCancelled?.()) throw new ModelError("cancelled");
    }
    return diagnosisOf(this.#recorded.report);
  }

  /** The run as the bytes of a file. Nobody is to save one without what is found in it: that is found now, if need be. */
  save(files: readonly ModelSource[], params: SaveParams): Answered<"save"> {
    if (this.#undiagnosed) this.#keep(finish(this.#undiagnosed.diagnose()));
    return { bytes: savedRun(this.#recorded, files, params) };
  }

  #keep(recorded: Recorded): void {
    this.#recorded = recorded;
    this.#undiagnosed = null;
  }

  values({ node, of, start, count }: ValuesParams): Answered<"values"> {
    const tensor = this.#tensor(node, of);
    if (!tensor) return { failure: noTensor(node, of) };
    return { values: Float64Array.from(tensor.data.slice(start, start + count)), shape: tensor.shape };
  }

  histograms({ start, count }: HistogramsParams): Answered<"histograms"> {
    const { tensors, gradOf } = this.#recorded;
    const nodes = tensors.slice(start, start + count).map(({ data }, i) => {
      const grad = gradOf(start + i);
      return { value: histogramOf(data), grad: grad && histogramOf(grad.data) };
    });
    return { nodes };
  }

  precision({ precision }: PrecisionParams): Answered<"precision"> {
    const { report, gradOf } = this.#recorded;
    return dryRun(report, (node) => gradOf(node)?.data ?? null, precision);
  }

  #tensor(node: number, of: "value" | "grad"): Tensor | null {
    const { tensors, gradOf } = this.#recorded;
    return (of === "value" ? tensors[node] : gradOf(node)) ?? null;
  }
}
